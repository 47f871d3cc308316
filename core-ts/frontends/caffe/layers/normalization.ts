/** BatchNorm, Scale, Bias, LRN, MVN and SSD's Normalize. */
import { attr } from "../../../graph/attributes.ts";
import { elementCount, tensor } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";
import { pool, poolAxis } from "./pooling.ts";

const REGIONS = { ACROSS_CHANNELS: 0, WITHIN_CHANNEL: 1 };

const ones = (count: number): Float32Array => new Float32Array(count).fill(1);

function vector(ctx: LayerContext, what: string, data: Float32Array): string {
  return ctx.graph.constant(ctx.inner(what), tensor("float32", [data.length], data));
}

/** γ and β of the Scale layer behind a BatchNorm. */
function affineOf(ctx: LayerContext, channels: number): [gamma: Float32Array, beta: Float32Array] {
  const { scale } = ctx;
  if (!scale) return [ones(channels), new Float32Array(channels)];
  const hasBias = scale.param("scale_param").bool("bias_term", false);
  const beta = hasBias ? scale.blob(1, [channels]).data : new Float32Array(channels);
  return [scale.blob(0, [channels]).data, beta];
}

/** Mean and variance of the batch itself, which a net in TEST only takes when told to. */
function ofBatch(ctx: LayerContext, eps: number): Blob[] {
  const { value, dims } = ctx.bottom();
  const axes = ctx.ints(
    "axes",
    [...dims.keys()].filter((i) => i !== 1),
  );
  const centred = ctx.step("Sub", [value, ctx.step("ReduceMean", [value, axes], "mean")], "centred");
  const squares = ctx.step("Mul", [centred, centred], "squares");
  const variance = ctx.step("ReduceMean", [squares, axes], "variance");
  const deviation = ctx.step(
    "Sqrt",
    [ctx.step("Add", [variance, ctx.scalar("eps", eps)], "eased")],
    "deviation",
  );
  const normal = ctx.step("Div", [centred, deviation], "normal");
  const shape = [dims[1]!, ...dims.slice(2).map(() => 1)];
  const [gamma, beta] = affineOf(ctx, dims[1]!).map((data, i) =>
    ctx.graph.constant(ctx.inner(`affine${i}`), tensor("float32", shape, data)),
  ) as [string, string];
  return [ctx.top("Add", [ctx.step("Mul", [normal, gamma], "scaled"), beta], dims)];
}

/** (x - mean)/√(variance + ε); the blobs are sums that the third divides (batch_norm_layer.cpp). */
const batchNorm: LayerConverter = (ctx) => {
  const param = ctx.param("batch_norm_param");
  const { value, dims } = ctx.bottom();
  const channels = dims.length === 1 ? 1 : dims[1]!;
  const eps = param.float("eps", 1e-5);
  if (!param.bool("use_global_stats", true)) return ofBatch(ctx, eps);
  const factor = ctx.blob(2, [1]).data[0]!;
  const by = factor === 0 ? 0 : 1 / factor;
  const [mean, variance] = [0, 1].map((i) => ctx.blob(i, [channels]).data.map((sum) => sum * by));
  const [gamma, beta] = affineOf(ctx, channels);
  const constants = Object.entries({ gamma, beta, mean: mean!, variance: variance! });
  const names = constants.map(([what, data]) => vector(ctx, what, data));
  return [ctx.top("BatchNormalization", [value, ...names], dims, { epsilon: attr.float(eps) })];
};

/** Axes of the first bottom that a factor or summand lies along, from `axis` on, and as ONNX broadcasts it: with 1 for the axes behind. */
function along(ctx: LayerContext, axis: number, count: number): { shape: number[]; onnx: number[] } {
  const { dims } = ctx.bottom();
  const end = count === -1 ? dims.length : axis + count;
  if (end > dims.length) throw ctx.broken(`lies along ${count} axes from ${axis} on, of ${dims.length}`);
  const shape = dims.slice(axis, end);
  return { shape, onnx: [...shape, ...dims.slice(end).map(() => 1)] };
}

/** A learned operand, or the second bottom. */
function operand(ctx: LayerContext, axis: number, count: number): string {
  const second = ctx.bottoms[1];
  if (!second) {
    const { shape, onnx } = along(ctx, axis, count);
    const blob = ctx.blob(0, shape);
    return ctx.graph.constant(ctx.inner("blob0"), tensor("float32", onnx, blob.data));
  }
  const { shape, onnx } = along(ctx, axis, second.dims.length);
  if (shape.join() !== second.dims.join()) {
    throw ctx.broken(
      `applies shape ${second.dims.join("x")} to ${ctx.bottom().dims.join("x")} from axis ${axis} on`,
    );
  }
  return onnx.length === shape.length ? second.value : ctx.reshaped(second, onnx, "operand");
}

const scale: LayerConverter = (ctx) => {
  const param = ctx.param("scale_param");
  const { value, dims } = ctx.bottom();
  const axis = ctx.axis(param.int("axis", 1), ctx.bottom(), 1);
  const count = param.int("num_axes", 1);
  const factor = operand(ctx, axis, count);
  if (!param.bool("bias_term", false)) return [ctx.top("Mul", [value, factor], dims)];
  const isLearned = ctx.bottoms.length === 1;
  const { shape, onnx } = along(ctx, axis, isLearned ? count : ctx.bottom(1).dims.length);
  const offsets = tensor("float32", onnx, ctx.blob(isLearned ? 1 : 0, shape).data);
  const offset = ctx.graph.constant(ctx.inner("bias"), offsets);
  return [ctx.top("Add", [ctx.step("Mul", [value, factor], "scaled"), offset], dims)];
};

const bias: LayerConverter = (ctx) => {
  const param = ctx.param("bias_param");
  const { value, dims } = ctx.bottom();
  const axis = ctx.axis(param.int("axis", 1), ctx.bottom(), 1);
  return [ctx.top("Add", [value, operand(ctx, axis, param.int("num_axes", 1))], dims)];
};

/** x·(1 + α·average of x² around)^-β, the padding counted (lrn_layer.cpp, WithinChannelForward). */
function withinChannel(
  ctx: LayerContext,
  size: number,
  { alpha, beta }: Record<"alpha" | "beta", number>,
): Blob[] {
  const { value, dims } = ctx.bottom();
  const axes = dims
    .slice(2)
    .map((length) => poolAxis({ size: length, kernel: size, stride: 1, pad: (size - 1) / 2 }, "CEIL"));
  const squares = ctx.step("Mul", [value, value], "squares");
  const mean = pool(ctx, squares, ["AVE", axes], (op, inputs, attrs) => ctx.step(op, inputs, "mean", attrs));
  const scaled = ctx.step("Mul", [mean, ctx.scalar("alpha", alpha)], "scaled");
  const sum = ctx.step("Add", [scaled, ctx.scalar("one", 1)], "sum");
  const factor = ctx.step("Pow", [sum, ctx.scalar("beta", -beta)], "factor");
  return [ctx.top("Mul", [value, factor], dims)];
}

const lrn: LayerConverter = (ctx) => {
  const param = ctx.param("lrn_param");
  const { value, dims } = ctx.bottom();
  const size = param.int("local_size", 5);
  const [alpha, beta, k] = [param.float("alpha", 1), param.float("beta", 0.75), param.float("k", 1)];
  const region = param.member("norm_region", REGIONS, "ACROSS_CHANNELS");
  if (size % 2 !== 1) throw ctx.broken(`has local_size ${size}, expected an odd one`);
  if (region === "WITHIN_CHANNEL") return withinChannel(ctx, size, { alpha, beta });
  const floats = { alpha: attr.float(alpha), beta: attr.float(beta), bias: attr.float(k) };
  return [ctx.top("LRN", [value], dims, { ...floats, size: attr.int(size) })];
};

/** Up to here √v + ε and √(v + ε²) are the same number in float32 for any v that matters. */
const SMALL_EPS = 1e-6;

/** (x - mean)/(√variance + ε) of each channel of each sample, or of a whole sample (mvn_layer.cpp). */
const mvn: LayerConverter = (ctx) => {
  const param = ctx.param("mvn_param");
  const { value, dims } = ctx.bottom();
  const [isWhole, eps] = [param.bool("across_channels", false), param.float("eps", 1e-9)];
  const hasVariance = param.bool("normalize_variance", true);
  if (hasVariance && !isWhole && eps <= SMALL_EPS) {
    const affine = [vector(ctx, "gamma", ones(dims[1]!)), vector(ctx, "beta", new Float32Array(dims[1]!))];
    return [ctx.top("InstanceNormalization", [value, ...affine], dims, { epsilon: attr.float(eps * eps) })];
  }
  const axes = ctx.ints("axes", [...dims.keys()].slice(isWhole ? 1 : 2));
  const parts = [value, ctx.step("ReduceMean", [value, axes], "mean")];
  if (!hasVariance) return [ctx.top("Sub", parts, dims)];
  const centred = ctx.step("Sub", parts, "centred");
  const variance = ctx.step("ReduceMean", [ctx.step("Mul", [centred, centred], "squares"), axes], "variance");
  const deviation = ctx.step(
    "Add",
    [ctx.step("Sqrt", [variance], "root"), ctx.scalar("eps", eps)],
    "deviation",
  );
  return [ctx.top("Div", [centred, deviation], dims)];
};

/** x/√(Σx² + ε), over the channels of a place or over a whole sample, times a learned factor (SSD, normalize_layer.cpp). */
const normalize: LayerConverter = (ctx) => {
  const param = ctx.param("norm_param");
  const x = ctx.bottom();
  const { dims } = x;
  const [isWhole, isShared] = [param.bool("across_spatial", true), param.bool("channel_shared", true)];
  const eps = param.float("eps", 1e-10);
  const flat = [dims[0]!, elementCount(dims.slice(1))];
  const rows = isWhole ? ctx.reshaped(x, flat, "flat") : x.value;
  const norm = { axis: attr.int(1), p: attr.int(2) };
  // ONNX's op has no ε, and answers 0 where all is 0, as Caffe does; an ε that counts needs the formula.
  const unit = eps <= 1e-8 ? ctx.step("LpNormalization", [rows], "unit", norm) : eased(ctx, rows, eps);
  const normal = isWhole ? ctx.reshaped({ value: unit, dims: flat }, dims, "normal") : unit;
  const shape = isShared ? [1] : [dims[1]!, ...dims.slice(2).map(() => 1)];
  return [ctx.top("Mul", [normal, ctx.weight(0, shape)], dims)];
};

function eased(ctx: LayerContext, rows: string, eps: number): string {
  const sum = ctx.step("ReduceSumSquare", [rows, ctx.ints("axes", [1])], "sum");
  const norm = ctx.step("Sqrt", [ctx.step("Add", [sum, ctx.scalar("eps", eps)], "eased")], "norm");
  return ctx.step("Div", [rows, norm], "unit");
}

export const NORMALIZATIONS = {
  BatchNorm: batchNorm,
  Scale: scale,
  Bias: bias,
  LRN: lrn,
  MVN: mvn,
  Normalize: normalize,
} as const satisfies Record<string, LayerConverter>;
