import { attr } from "../../../graph/attributes.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Count, Value } from "../value.ts";
import { cast } from "./operand.ts";

const concat: OpConverter = (ctx) => {
  // Tensors of the shape [0] take no part, as in torch.
  const parts = ctx.tensors("tensors").filter(({ dims }) => !(dims.length === 1 && dims[0] === 0));
  const { dtype, dims } = ctx.output();
  const axis = attr.int(ctx.axis(ctx.int("dim", 0), dims.length));
  return [
    ctx.emit(
      "Concat",
      parts.map((part) => cast(ctx, part, dtype)),
      { axis },
    ),
  ];
};

const stack: OpConverter = (ctx) => {
  const { dtype, dims } = ctx.output();
  const axis = ctx.axis(ctx.int("dim", 0), dims.length);
  const axes = ctx.int64s("axes", [axis]);
  const parts = ctx
    .tensors("tensors")
    .map((part, i) => ctx.step("Unsqueeze", [cast(ctx, part, dtype), axes], `part${i}`));
  return [ctx.emit("Concat", parts, { axis: attr.int(axis) })];
};

/** Cuts along an axis into the outputs, whose sizes the graph says. */
function cut(ctx: OpContext, x: Value, axis: number, squeezes: boolean): Value[] {
  const count = ctx.outputCount;
  if (count === 1 && !squeezes) return [x];
  const names = Array.from({ length: count }, (_, i) =>
    squeezes ? ctx.inner(`part${i}`) : ctx.outputName(i),
  );
  const sizes = Array.from({ length: count }, (_, i) => (squeezes ? 1 : ctx.output(i).dims[axis]));
  const known = sizes.map((size) => (typeof size === "number" ? size : ctx.refuse("parts of open size")));
  const parts =
    count === 1
      ? [x.name]
      : ctx.graph.nodes("Split", [x.name, ctx.int64s("sizes", known)], names, { axis: attr.int(axis) });
  if (!squeezes) return parts.map((name, i) => ctx.made(name, i));
  const axes = ctx.int64s("axes", [axis]);
  return parts.map((name, i) => ctx.emit("Squeeze", [name, axes], {}, i));
}

const split: OpConverter = (ctx) => {
  ctx.ignore("split_size", "split_sizes", "chunks", "sections", "indices", "indices_or_sections");
  const x = ctx.tensor("self");
  return cut(ctx, x, ctx.axis(ctx.int("dim", 0), x.rank), false);
};

const unbind: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  return cut(ctx, x, ctx.axis(ctx.int("dim", 0), x.rank), true);
};

/** Where a size stays as it is, Expand's shape may say 1. */
function expanded(ctx: OpContext, x: Value, counts: readonly Count[] | undefined): Value {
  const { dims } = ctx.output();
  const offset = dims.length - x.rank;
  const shape = dims.map((size, axis): Count => {
    if (axis >= offset && x.dims[axis - offset] === size) return typeof size === "number" ? size : 1;
    if (typeof size === "number") return size;
    return counts?.[axis] ?? ctx.refuse("an open size");
  });
  const isSame = offset === 0 && dims.every((size, axis) => size === x.dims[axis]);
  if (isSame) return x;
  return ctx.emit("Expand", [x.name, ctx.env.vector(shape, ctx.inner("shape"))]);
}

const expand: OpConverter = (ctx) => {
  ctx.ignore("implicit");
  return [expanded(ctx, ctx.tensor("self"), ctx.counts("size"))];
};

const expandAs: OpConverter = (ctx) => {
  const other = ctx.tensor("other");
  return [
    expanded(
      ctx,
      ctx.tensor("self"),
      other.dims.map((_, axis) => ctx.env.sizeOf(other, axis)),
    ),
  ];
};

/** Vectors laid along axes of their own; "xy" has the first two axes exchanged. */
const meshgrid: OpConverter = (ctx) => {
  const isSwapped = ctx.text("indexing", "ij") === "xy";
  return ctx.tensors("tensors").map((part, i, { length }) => {
    const axis = isSwapped && i < 2 ? 1 - i : i;
    const shape = Array.from({ length }, (_, at) => (at === axis ? -1 : 1));
    const laid = ctx.step("Reshape", [part.name, ctx.int64s("along", shape)], "laid");
    const sizes = ctx
      .output(i)
      .dims.map((size) => (typeof size === "number" ? size : ctx.refuse("vectors of open size")));
    return ctx.emit("Expand", [laid, ctx.int64s("shape", sizes)], {}, i);
  });
};

const repeat: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const counts = ctx.counts(ctx.has("dims") ? "dims" : "repeats");
  const missing = counts.length - x.rank;
  const axes = Array.from({ length: Math.max(missing, 0) }, (_, i) => i);
  const whole = missing > 0 ? ctx.step("Unsqueeze", [x.name, ctx.int64s("axes", axes)], "whole") : x.name;
  const padded = missing < 0 ? [...new Array<number>(-missing).fill(1), ...counts] : counts;
  return [ctx.emit("Tile", [whole, ctx.env.vector(padded, ctx.inner("repeats"))])];
};

/** Every element several times in a row. */
const interleave: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  if (!ctx.has("dim")) ctx.refuse("no dim");
  ctx.ignore("output_size");
  const axis = ctx.axis(ctx.int("dim"), x.rank);
  const apart = ctx.step("Unsqueeze", [x.name, ctx.int64s("axes", [axis + 1])], "apart");
  const counts = Array.from({ length: x.rank + 1 }, (_, i) => (i === axis + 1 ? ctx.int("repeats") : 1));
  const repeated = ctx.step("Tile", [apart, ctx.int64s("repeats", counts)], "repeated");
  return [ctx.reshaped(ctx.made(repeated), undefined)];
};

const FAR = Number.MAX_SAFE_INTEGER;

/** The end of an axis in front of its beginning. */
const roll: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const shifts = ctx.ints("shifts");
  const axes = ctx.ints("dims").map((one) => ctx.axis(one, x.rank));
  if (axes.length !== shifts.length) ctx.refuse("no dims");
  let value = x.name;
  for (const [i, axis] of axes.entries()) {
    const size = x.dims[axis];
    const by = typeof size === "number" ? shifts[i]! % size : shifts[i]!;
    const axesName = ctx.int64s("axes", [axis]);
    const part = (from: number, to: number, what: string) =>
      ctx.step("Slice", [value, ctx.int64s("from", [from]), ctx.int64s("to", [to]), axesName], what);
    const isLast = i === axes.length - 1;
    const halves = by === 0 ? [part(0, FAR, "all")] : [part(-by, FAR, `end${i}`), part(0, -by, `begin${i}`)];
    const attributes = { axis: attr.int(axis) };
    if (isLast) return [ctx.emit("Concat", halves, attributes)];
    value = ctx.step("Concat", halves, `rolled${i}`, attributes);
  }
  return [x];
};

const flip: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const axes = ctx.ints("dims").map((one) => ctx.axis(one, x.rank));
  const all = (what: string, value: number) => ctx.int64s(what, new Array<number>(axes.length).fill(value));
  const inputs = [x.name, all("from", -1), all("to", -FAR), ctx.int64s("axes", axes), all("steps", -1)];
  return [ctx.emit("Slice", inputs)];
};

export const JOININGS = {
  cat: concat,
  concat,
  concatenate: concat,
  stack,
  split,
  split_with_sizes: split,
  split_copy: split,
  split_with_sizes_copy: split,
  chunk: split,
  tensor_split: split,
  unbind,
  unbind_copy: unbind,
  expand,
  expand_copy: expand,
  broadcast_to: expand,
  expand_as: expandAs,
  meshgrid,
  repeat,
  tile: repeat,
  repeat_interleave: interleave,
  roll,
  flip,
} as const satisfies Record<string, OpConverter>;
