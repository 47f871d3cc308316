import { attr } from "../../../graph/attributes.ts";
import type { OpContext, OpConverter } from "../context.ts";
import { Value } from "../value.ts";

/** Mean and deviation, which only training needs. */
const statistics = (ctx: OpContext, from: number): Value[] =>
  Array.from({ length: Math.max(ctx.outputCount - from, 0) }, (_, i) => {
    const { dtype, dims } = ctx.output(i + from);
    return Value.refused(`${ctx.op} whose mean and deviation are used`, dtype, dims);
  });

/** A vector of ones or zeros where a learned one is absent. */
function affine(ctx: OpContext, name: string, fallback: number, size: number): string {
  const found = ctx.optional(name);
  return found ? found.name : ctx.floats(name, new Array<number>(size).fill(fallback));
}

function channelsOf(ctx: OpContext, x: Value): number {
  const channels = x.dims[1];
  return typeof channels === "number" ? channels : ctx.refuse("an open number of channels");
}

const batchNorm: OpConverter = (ctx) => {
  const x = ctx.tensor("input");
  if (ctx.flag("training")) ctx.refuse("training = True: call model.eval() before the export");
  ctx.ignore("momentum", "cudnn_enabled");
  const size = channelsOf(ctx, x);
  const inputs = [
    ...[x.name, affine(ctx, "weight", 1, size), affine(ctx, "bias", 0, size)],
    ...[ctx.tensor("running_mean").name, ctx.tensor("running_var").name],
  ];
  const y = ctx.emit("BatchNormalization", inputs, { epsilon: attr.float(ctx.number("eps", 1e-5)) });
  return [y, ...statistics(ctx, 1)];
};

const layerNorm: OpConverter = (ctx) => {
  const x = ctx.tensor("input");
  const shape = ctx.ints("normalized_shape");
  ctx.ignore("cudnn_enable");
  const [weight, bias] = [ctx.optional("weight"), ctx.optional("bias")];
  const count = shape.reduce((product, size) => product * size, 1);
  const scale = weight?.name ?? ctx.floats("weight", new Array<number>(count).fill(1), shape);
  const attributes = {
    axis: attr.int(x.rank - shape.length),
    epsilon: attr.float(ctx.number("eps", 1e-5)),
  };
  const y = ctx.emit("LayerNormalization", [x.name, scale, ...(bias ? [bias.name] : [])], attributes);
  return [y, ...statistics(ctx, 1)];
};

const groupNorm: OpConverter = (ctx) => {
  const x = ctx.tensor("input");
  const size = channelsOf(ctx, x);
  ctx.ignore("cudnn_enabled", "N", "C", "HxW");
  const groups = ctx.int(ctx.has("num_groups") ? "num_groups" : "group");
  const inputs = [x.name, affine(ctx, "weight", 1, size), affine(ctx, "bias", 0, size)];
  const attributes = { num_groups: attr.int(groups), epsilon: attr.float(ctx.number("eps", 1e-5)) };
  return [ctx.emit("GroupNormalization", inputs, attributes), ...statistics(ctx, 1)];
};

const instanceNorm: OpConverter = (ctx) => {
  const x = ctx.tensor("input");
  const size = channelsOf(ctx, x);
  if (!ctx.flag("use_input_stats", true)) return batchNorm(ctx);
  ctx.ignore("momentum", "cudnn_enabled", "running_mean", "running_var");
  const inputs = [x.name, affine(ctx, "weight", 1, size), affine(ctx, "bias", 0, size)];
  const epsilon = attr.float(ctx.number("eps", 1e-5));
  return [ctx.emit("InstanceNormalization", inputs, { epsilon })];
};

/** What instance_norm is decomposed to: the normalization of one sample, channel by channel, with its own statistics. */
const ownStatistics: OpConverter = (ctx) => {
  const x = ctx.tensor("input");
  if (ctx.overload !== "no_stats" || x.dims[0] !== 1) {
    ctx.refuse("statistics of a batch: call model.eval() before the export");
  }
  ctx.ignore("training", "momentum");
  const size = channelsOf(ctx, x);
  const inputs = [x.name, affine(ctx, "weight", 1, size), affine(ctx, "bias", 0, size)];
  const epsilon = attr.float(ctx.number("eps", 1e-5));
  return [ctx.emit("InstanceNormalization", inputs, { epsilon }), ...statistics(ctx, 1)];
};

/** x / sqrt(mean(x²) + eps) · weight, over the last axes. */
const rmsNorm: OpConverter = (ctx) => {
  const x = ctx.tensor("input");
  const last = ctx.ints("normalized_shape").length;
  const axes = Array.from({ length: last }, (_, i) => x.rank - last + i);
  // Without an eps torch takes the smallest step of the type.
  const eps = ctx.has("eps") ? ctx.number("eps") : 1.1920928955078125e-7;
  const squares = ctx.step("Mul", [x.name, x.name], "squares");
  const mean = ctx.step("ReduceMean", [squares, ctx.int64s("axes", axes)], "mean");
  const root = ctx.step("Sqrt", [ctx.step("Add", [mean, ctx.scalar("eps", eps)], "sum")], "root");
  const weight = ctx.optional("weight");
  if (!weight) return [ctx.emit("Div", [x.name, root])];
  return [ctx.emit("Mul", [ctx.step("Div", [x.name, root], "normal"), weight.name])];
};

/** The 1-norm or 2-norm along axes. */
const norm: OpConverter = (ctx) => {
  const x = ctx.tensor("self");
  const order = ctx.number(ctx.has("ord") ? "ord" : "p", 2);
  if (order !== 1 && order !== 2) ctx.refuse(`norm ${order}`);
  ctx.ignore("dtype");
  const axes = ctx.ints("dim").map((one) => ctx.axis(one, x.rank));
  const inputs = [x.name, ...(axes.length > 0 ? [ctx.int64s("axes", axes)] : [])];
  return [ctx.emit(`ReduceL${order}`, inputs, { keepdims: attr.int(Number(ctx.flag("keepdim"))) })];
};

export const NORMALIZATIONS = {
  batch_norm: batchNorm,
  _native_batch_norm_legit_no_training: batchNorm,
  _native_batch_norm_legit: ownStatistics,
  layer_norm: layerNorm,
  native_layer_norm: layerNorm,
  group_norm: groupNorm,
  native_group_norm: groupNorm,
  instance_norm: instanceNorm,
  rms_norm: rmsNorm,
  norm,
  linalg_vector_norm: norm,
} as const satisfies Record<string, OpConverter>;
