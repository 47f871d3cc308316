/** Layers that change every number by itself. Formulas: caffe.proto and the layers' sources, as named. */
import { attr } from "../../../graph/attributes.ts";
import { float32Scalar } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";

/** One ONNX op without parameters. */
const same =
  (op: string): LayerConverter =>
  (ctx) =>
    ctx.layer.tops.map((_, i) => ctx.top(op, [ctx.bottom().value], ctx.bottom().dims, {}, i));

/** The same blob under another name, once or several times. */
const identity = same("Identity");

const relu: LayerConverter = (ctx) => {
  const { value, dims } = ctx.bottom();
  const slope = ctx.param("relu_param").float("negative_slope", 0);
  return [
    slope === 0
      ? ctx.top("Relu", [value], dims)
      : ctx.top("LeakyRelu", [value], dims, { alpha: attr.float(slope) }),
  ];
};

const prelu: LayerConverter = (ctx) => {
  const { value, dims } = ctx.bottom();
  const isShared = ctx.param("prelu_param").bool("channel_shared", false);
  const behind = dims.slice(2).map(() => 1);
  const slopes = isShared ? ctx.weight(0, [1]) : ctx.weight(0, [dims[1]!, ...behind]);
  return [ctx.top("PRelu", [value, slopes], dims)];
};

const elu: LayerConverter = (ctx) => {
  const alpha = ctx.param("elu_param").float("alpha", 1);
  return [ctx.top("Elu", [ctx.bottom().value], ctx.bottom().dims, { alpha: attr.float(alpha) })];
};

function clipped(ctx: LayerContext, low: number, high: number): Blob[] {
  const { value, dims } = ctx.bottom();
  return [ctx.top("Clip", [value, ctx.scalar("min", low), ctx.scalar("max", high)], dims)];
}

const clip: LayerConverter = (ctx) => {
  const param = ctx.param("clip_param");
  const [low, high] = [param.float("min", undefined), param.float("max", undefined)];
  if (low === undefined || high === undefined) throw ctx.broken("lacks min or max");
  return clipped(ctx, low, high);
};

const swish: LayerConverter = (ctx) => {
  const { value, dims } = ctx.bottom();
  const beta = ctx.param("swish_param").float("beta", 1);
  const scaled = beta === 1 ? value : ctx.step("Mul", [value, ctx.scalar("beta", beta)], "scaled");
  return [ctx.top("Mul", [value, ctx.step("Sigmoid", [scaled], "sigmoid")], dims)];
};

/** scale·x + shift as a list of nodes still to be named. */
function line(ctx: LayerContext, scale: number, shift: number): { op: string; by: number }[] {
  if (!Number.isFinite(scale + shift)) throw ctx.broken("has a scale or shift that is no number");
  return [
    ...(scale === 1 ? [] : [{ op: "Mul", by: scale }]),
    ...(shift === 0 ? [] : [{ op: "Add", by: shift }]),
  ];
}

/** Nodes one after another, the last of which makes the top; `by` is a second operand. */
function chain(ctx: LayerContext, nodes: readonly { op: string; by?: number | string }[]): Blob[] {
  const { dims } = ctx.bottom();
  let { value } = ctx.bottom();
  const all = nodes.length === 0 ? [{ op: "Identity" }] : nodes;
  for (const [i, { op, by }] of all.entries()) {
    const second = typeof by === "number" ? ctx.scalar(`${op}${i}`, by) : by;
    const inputs = second === undefined ? [value] : [value, second];
    value = i === all.length - 1 ? ctx.top(op, inputs, dims).value : ctx.step(op, inputs, `step${i}`);
  }
  return [{ value, dims }];
}

/** y = (shift + scale·x)^power. */
const power: LayerConverter = (ctx) => {
  const param = ctx.param("power_param");
  const exponent = param.float("power", 1);
  const inner = line(ctx, param.float("scale", 1), param.float("shift", 0));
  const last = exponent === 1 ? [] : exponent === 0.5 ? [{ op: "Sqrt" }] : [{ op: "Pow", by: exponent }];
  return chain(ctx, [...inner, ...last]);
};

/** log(base) as a value: the core has no logarithm that is the same on every engine, so ONNX Runtime takes it. */
function logOf(ctx: LayerContext, base: number): string {
  return ctx.step("Log", [ctx.graph.constant(ctx.inner("base"), float32Scalar(base))], "logbase");
}

/** y = base^(shift + scale·x); a base of -1 is e (exp_layer.cpp). */
const exp: LayerConverter = (ctx) => {
  const param = ctx.param("exp_param");
  const base = param.float("base", -1);
  if (base !== -1 && base <= 0) throw ctx.broken(`has base ${base}, expected a positive one, or -1 for e`);
  const inner = line(ctx, param.float("scale", 1), param.float("shift", 0));
  const onBase = base === -1 ? [] : [{ op: "Mul", by: logOf(ctx, base) }];
  return chain(ctx, [...inner, ...onBase, { op: "Exp" }]);
};

/** y = log_base(shift + scale·x); a base of -1 is e (log_layer.cpp). */
const log: LayerConverter = (ctx) => {
  const param = ctx.param("log_param");
  const base = param.float("base", -1);
  if (base !== -1 && (base <= 0 || base === 1)) throw ctx.broken(`has base ${base}, which has no logarithm`);
  const inner = line(ctx, param.float("scale", 1), param.float("shift", 0));
  return chain(ctx, [...inner, { op: "Log" }, ...(base === -1 ? [] : [{ op: "Div", by: logOf(ctx, base) }])]);
};

/** y = x > threshold ? 1 : 0. */
const threshold: LayerConverter = (ctx) => {
  const { value, dims } = ctx.bottom();
  const bound = ctx.scalar("threshold", ctx.param("threshold_param").float("threshold", 0));
  const above = ctx.step("Greater", [value, bound], "above");
  return [ctx.top("Cast", [above], dims, { to: attr.int(1) })];
};

export const ACTIVATIONS = {
  ReLU: relu,
  PReLU: prelu,
  ELU: elu,
  Sigmoid: same("Sigmoid"),
  TanH: same("Tanh"),
  AbsVal: same("Abs"),
  BNLL: same("Softplus"),
  ReLU6: (ctx) => clipped(ctx, 0, 6),
  Clip: clip,
  Swish: swish,
  Power: power,
  Exp: exp,
  Log: log,
  Threshold: threshold,
  Dropout: identity,
  Split: identity,
} as const satisfies Record<string, LayerConverter>;
