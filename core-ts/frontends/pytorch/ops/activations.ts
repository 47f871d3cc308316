import { attr } from "../../../graph/attributes.ts";
import type { Attribute } from "../../../graph/graph.ts";
import type { OpContext, OpConverter } from "../context.ts";
import type { Value } from "../value.ts";
import { cast, isFloat } from "./operand.ts";

type Attributes = Readonly<Record<string, Attribute>>;

/** The input in the type of the output: integers become floats where the op makes floats. */
export function inputOf(ctx: OpContext, name = "self"): string {
  return cast(ctx, ctx.tensor(name), ctx.output().dtype);
}

/** An op of one input that ONNX has under the same meaning. */
const same =
  (op: string, attributes: (ctx: OpContext) => Attributes = () => ({})): OpConverter =>
  (ctx) => [ctx.emit(op, [inputOf(ctx)], attributes(ctx))];

/** Clips; `undefined` is no bound. */
export function clipped(ctx: OpContext, x: string, low: number | undefined, high: number | undefined): Value {
  const { dtype } = ctx.output();
  const bound = (what: string, value: number | undefined) =>
    value === undefined || (!isFloat(dtype) && !Number.isFinite(value)) ? "" : ctx.scalar(what, value, dtype);
  const inputs = [x, bound("min", low), bound("max", high)];
  return ctx.emit("Clip", inputs[2] === "" ? inputs.slice(0, 2) : inputs);
}

const optionalNumber = (ctx: OpContext, name: string): number | undefined =>
  ctx.has(name) ? ctx.number(name) : undefined;

const clamp: OpConverter = (ctx) => {
  const x = inputOf(ctx);
  if (!ctx.isTensor("min") && !ctx.isTensor("max")) {
    return [clipped(ctx, x, optionalNumber(ctx, "min"), optionalNumber(ctx, "max"))];
  }
  const { dtype } = ctx.output();
  const bounds = (["min", "max"] as const).filter((name) => ctx.has(name));
  let value = x;
  for (const [i, name] of bounds.entries()) {
    const inputs = [value, cast(ctx, ctx.tensor(name), dtype)];
    const op = name === "min" ? "Max" : "Min";
    if (i === bounds.length - 1) return [ctx.emit(op, inputs)];
    value = ctx.step(op, inputs, name);
  }
  return ctx.refuse("no bounds");
};

/** Behind softmax: softmax's argument `dtype` is the type of the result. */
const softmax =
  (op: string): OpConverter =>
  (ctx) => {
    ctx.ignore("dtype", "half_to_float");
    const axis = ctx.axis(ctx.int("dim"), ctx.tensor("self").rank);
    return [ctx.emit(op, [inputOf(ctx)], { axis: attr.int(axis) })];
  };

const prelu: OpConverter = (ctx) => {
  const { name, rank } = ctx.tensor("self");
  const weight = ctx.tensor("weight");
  const count = weight.rank === 0 ? 1 : weight.dims[0];
  if (weight.rank > 1 || typeof count !== "number") return [ctx.emit("PRelu", [name, weight.name])];
  const dims = [count, ...new Array<number>(Math.max(rank - 2, 0)).fill(1)];
  const slope =
    weight.rank === dims.length
      ? weight.name
      : ctx.step("Reshape", [weight.name, ctx.int64s("shape", dims)], "slope");
  return [ctx.emit("PRelu", [name, slope])];
};

const silu: OpConverter = (ctx) => {
  const x = inputOf(ctx);
  return [ctx.emit("Mul", [x, ctx.step("Sigmoid", [x], "sigmoid")])];
};

const elu: OpConverter = (ctx) => {
  if (ctx.number("input_scale", 1) !== 1) ctx.refuse("input_scale");
  const [x, scale] = [inputOf(ctx), ctx.number("scale", 1)];
  const attributes = { alpha: attr.float(ctx.number("alpha", 1)) };
  if (scale === 1) return [ctx.emit("Elu", [x], attributes)];
  return [ctx.emit("Mul", [ctx.step("Elu", [x], "curve", attributes), ctx.scalar("scale", scale)])];
};

const softplus: OpConverter = (ctx) => {
  const [beta, threshold] = [ctx.number("beta", 1), ctx.number("threshold", 20)];
  // Above the threshold torch takes the line, from which the curve is then less than 3e-9 away.
  if (threshold < 20) ctx.refuse(`threshold ${threshold}`);
  const x = inputOf(ctx);
  if (beta === 1) return [ctx.emit("Softplus", [x])];
  const factor = ctx.scalar("beta", beta);
  const curve = ctx.step("Softplus", [ctx.step("Mul", [x, factor], "scaled")], "curve");
  return [ctx.emit("Div", [curve, factor])];
};

const logSigmoid: OpConverter = (ctx) => {
  const curve = ctx.step("Softplus", [ctx.step("Neg", [inputOf(ctx)], "negated")], "curve");
  return [ctx.emit("Neg", [curve])];
};

const glu: OpConverter = (ctx) => {
  const { name, rank } = ctx.tensor("self");
  const attributes = { axis: attr.int(ctx.axis(ctx.int("dim", -1), rank)), num_outputs: attr.int(2) };
  const [value = "", gate = ""] = ctx.graph.nodes(
    "Split",
    [name],
    [ctx.inner("value"), ctx.inner("gate")],
    attributes,
  );
  return [ctx.emit("Mul", [value, ctx.step("Sigmoid", [gate], "open")])];
};

const threshold: OpConverter = (ctx) => {
  const [x, { dtype }] = [inputOf(ctx), ctx.output()];
  const isAbove = ctx.step("Greater", [x, ctx.scalar("threshold", ctx.number("threshold"), dtype)], "above");
  return [ctx.emit("Where", [isAbove, x, ctx.scalar("value", ctx.number("value"), dtype)])];
};

const shrink =
  (isSoft: boolean): OpConverter =>
  (ctx) => {
    const lambd = ctx.number("lambd", 0.5);
    const attributes = { lambd: attr.float(lambd), bias: attr.float(isSoft ? lambd : 0) };
    return [ctx.emit("Shrink", [inputOf(ctx)], attributes)];
  };

export const ACTIVATIONS = {
  relu: same("Relu"),
  relu6: (ctx) => [clipped(ctx, inputOf(ctx), 0, 6)],
  hardtanh: (ctx) => [clipped(ctx, inputOf(ctx), ctx.number("min_val", -1), ctx.number("max_val", 1))],
  clamp,
  clip: clamp,
  clamp_min: clamp,
  clamp_max: clamp,
  sigmoid: same("Sigmoid"),
  tanh: same("Tanh"),
  hardswish: same("HardSwish"),
  hardsigmoid: same("HardSigmoid", () => ({ alpha: attr.float(1 / 6), beta: attr.float(0.5) })),
  silu,
  mish: same("Mish"),
  gelu: same("Gelu", (ctx) => ({ approximate: attr.string(ctx.text("approximate", "none")) })),
  elu,
  celu: same("Celu", (ctx) => ({ alpha: attr.float(ctx.number("alpha", 1)) })),
  selu: same("Selu"),
  leaky_relu: same("LeakyRelu", (ctx) => ({ alpha: attr.float(ctx.number("negative_slope", 0.01)) })),
  prelu,
  _prelu_kernel: prelu,
  softplus,
  log_sigmoid: logSigmoid,
  log_sigmoid_forward: logSigmoid,
  glu,
  threshold,
  hardshrink: shrink(false),
  softshrink: shrink(true),
  softmax: softmax("Softmax"),
  _softmax: softmax("Softmax"),
  _safe_softmax: softmax("Softmax"),
  log_softmax: softmax("LogSoftmax"),
  _log_softmax: softmax("LogSoftmax"),
} as const satisfies Record<string, OpConverter>;
