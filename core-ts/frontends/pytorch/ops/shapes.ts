import { attr } from "../../../graph/attributes.ts";
import { DTYPE_CODES } from "../../../tensor/dtype.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";

const reshape: OpConverter = (ctx) => {
  const counts = ctx.counts(ctx.has("shape") ? "shape" : "size");
  if (ctx.has("dtype")) ctx.refuse("another type");
  return [ctx.reshaped(ctx.tensor("self"), counts.includes(-1) ? undefined : counts)];
};

const reshapeAs: OpConverter = (ctx) => {
  const other = ctx.tensor("other");
  const counts = other.dims.map((_, axis) => ctx.env.sizeOf(other, axis));
  return [ctx.reshaped(ctx.tensor("self"), counts)];
};

/** flatten, unflatten: the graph says what comes out. */
const regrouped: OpConverter = (ctx) => {
  ctx.ignore("start_dim", "end_dim", "dim", "sizes");
  return [ctx.reshaped(ctx.tensor("self"), undefined)];
};

function identity(ctx: OpContext): Value {
  return ctx.tensor(ctx.has("self") ? "self" : "input");
}

/** Axes that go: those of the input that were asked for, or all, and are 1. */
const squeeze: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const asked = ctx.has("dim") ? ctx.ints("dim").map((one) => ctx.axis(one, x.rank)) : undefined;
  const axes = x.dims.flatMap((size, axis) => (size === 1 && (asked?.includes(axis) ?? true) ? [axis] : []));
  return [axes.length === 0 ? x : ctx.emit("Squeeze", [x.name, ctx.int64s("axes", axes)])];
};

const unsqueeze: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const axis = ctx.axis(ctx.int("dim"), x.rank + 1);
  return [ctx.emit("Unsqueeze", [x.name, ctx.int64s("axes", [axis])])];
};

function transposed(ctx: OpContext, x: Value, order: readonly number[]): Value {
  if (order.every((axis, i) => axis === i)) return x;
  return ctx.emit("Transpose", [x.name], { perm: attr.ints(order) });
}

const permute: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  return [
    transposed(
      ctx,
      x,
      ctx.ints("dims").map((one) => ctx.axis(one, x.rank)),
    ),
  ];
};

const transpose: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const names = ctx.has("axis0") ? ["axis0", "axis1"] : ["dim0", "dim1"];
  const [a = 0, b = 0] = names.map((name) => ctx.axis(ctx.int(name), x.rank));
  const order = x.dims.map((_, i) => (i === a ? b : i === b ? a : i));
  return [transposed(ctx, x, order)];
};

/** All axes the other way round; of a matrix, its transpose. */
const reversed: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  return [
    transposed(
      ctx,
      x,
      x.dims.map((_, i) => x.rank - 1 - i),
    ),
  ];
};

const matrixTransposed: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const order = x.dims.map((_, i) => i);
  return [transposed(ctx, x, [...order.slice(0, -2), x.rank - 1, x.rank - 2])];
};

const movedim: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const [from, to] = ["source", "destination"].map((name) =>
    ctx.ints(name).map((one) => ctx.axis(one, x.rank)),
  );
  const rest = x.dims.map((_, i) => i).filter((axis) => !from!.includes(axis));
  const order = x.dims.map((_, i) => (to!.includes(i) ? from![to!.indexOf(i)]! : rest.shift()!));
  return [transposed(ctx, x, order)];
};

const SETTINGS = ["non_blocking", "copy", "pin_memory", "implicit", "force"] as const;

/** What leaves the values as they are. */
const unchanged: OpConverter = (ctx) => {
  ctx.ignore(...SETTINGS);
  return [identity(ctx)];
};

/** Dropout does nothing outside of training. */
const dropout: OpConverter = (ctx) => {
  ctx.ignore("p");
  if (ctx.flag("train")) ctx.refuse("train = True: call model.eval() before the export");
  return [identity(ctx)];
};

/** Another type, or only another device or layout. */
const convert: OpConverter = (ctx) => {
  ctx.ignore("dtype", "other", ...SETTINGS);
  const x = ctx.tensor("self");
  const { dtype } = ctx.output();
  if (x.dtype === dtype) return [x];
  return [ctx.emit("Cast", [x.name], { to: attr.int(DTYPE_CODES[dtype]) })];
};

/** Channels to space, or back: through six axes, as torch defines it. */
const pixelUnshuffle: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const by = ctx.int("downscale_factor");
  const [, channels, height, width] = x.dims;
  if (x.rank !== 4 || [channels, height, width].some((size) => typeof size !== "number")) {
    ctx.refuse("an input that is not [N, C, H, W] of known size");
  }
  const apart = [0, Number(channels), Number(height) / by, by, Number(width) / by, by];
  const cut = ctx.step("Reshape", [x.name, ctx.int64s("apart", apart)], "cut");
  const moved = ctx.step("Transpose", [cut], "moved", { perm: attr.ints([0, 1, 3, 5, 2, 4]) });
  const shape = [0, Number(channels) * by * by, Number(height) / by, Number(width) / by];
  return [ctx.emit("Reshape", [moved, ctx.int64s("shape", shape)])];
};

const pixelShuffle: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  if (x.rank !== 4) ctx.refuse("an input that is not [N, C, H, W]");
  const attributes = { blocksize: attr.int(ctx.int("upscale_factor")), mode: attr.string("CRD") };
  return [ctx.emit("DepthToSpace", [x.name], attributes)];
};

const channelShuffle: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const [, channels, ...sizes] = x.dims;
  const groups = ctx.int("groups");
  const known = [channels, ...sizes].map((size) =>
    typeof size === "number" ? size : ctx.refuse("open sizes"),
  );
  const [count = 0, ...rest] = known;
  const apart = ctx.int64s("apart", [0, groups, count / groups, ...rest]);
  const cut = ctx.step("Reshape", [x.name, apart], "cut");
  const order = [0, 2, 1, ...rest.map((_, i) => i + 3)];
  const moved = ctx.step("Transpose", [cut], "moved", { perm: attr.ints(order) });
  return [ctx.emit("Reshape", [moved, ctx.int64s("shape", [0, count, ...rest])])];
};

export const SHAPES = {
  view: reshape,
  view_copy: reshape,
  reshape,
  _unsafe_view: reshape,
  _reshape_alias: (ctx) => {
    ctx.ignore("stride");
    return reshape(ctx);
  },
  view_as: reshapeAs,
  reshape_as: reshapeAs,
  flatten: regrouped,
  unflatten: regrouped,
  squeeze,
  squeeze_copy: squeeze,
  unsqueeze,
  unsqueeze_copy: unsqueeze,
  permute,
  permute_copy: permute,
  transpose,
  transpose_copy: transpose,
  swapaxes: transpose,
  swapdims: transpose,
  t: reversed,
  numpy_T: reversed,
  mT: matrixTransposed,
  movedim,
  moveaxis: movedim,
  clone: unchanged,
  contiguous: unchanged,
  detach: unchanged,
  alias: unchanged,
  lift_fresh_copy: unchanged,
  lift_fresh: unchanged,
  positive: unchanged,
  dropout,
  feature_dropout: dropout,
  alpha_dropout: dropout,
  native_dropout: dropout,
  to: convert,
  _to_copy: convert,
  type_as: convert,
  float: convert,
  pixel_shuffle: pixelShuffle,
  pixel_unshuffle: pixelUnshuffle,
  channel_shuffle: channelShuffle,
  native_channel_shuffle: channelShuffle,
} as const satisfies Record<string, OpConverter>;
