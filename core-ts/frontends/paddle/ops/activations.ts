/** Functions of one tensor, element by element. */
import { attr } from "../../../graph/attributes.ts";
import type { Convert, OpContext, Operand } from "../context.ts";
import { isChannelsLast } from "./layout.ts";
import { same } from "./same.ts";

/** An ONNX op with the attribute it takes, from the op's own. */
const withFloats =
  (op: string, names: Readonly<Record<string, readonly [from: string, fallback: number]>>): Convert =>
  (ctx) => {
    const given = Object.entries(names).map(
      ([name, [from, fallback]]) => [name, attr.float(ctx.number(from, fallback))] as const,
    );
    ctx.emit(op, [ctx.input("X").value], Object.fromEntries(given));
  };

function clipped(ctx: OpContext, { value, dtype }: Operand, [low, high]: readonly [number, number]) {
  ctx.emit("Clip", [value, ctx.scalar("low", low, dtype), ctx.scalar("high", high, dtype)]);
}

const clipTo =
  (low: readonly [string, number], high: readonly [string, number]): Convert =>
  (ctx) =>
    clipped(ctx, ctx.input("X"), [ctx.number(...low), ctx.number(...high)]);

function relu6(ctx: OpContext) {
  clipped(ctx, ctx.input("X"), [0, ctx.number("threshold", 6)]);
}

/** x clip(x + offset, 0, threshold) / scale. */
function hardSwish(ctx: OpContext) {
  const { value } = ctx.input("X");
  const [threshold, scale, offset] = [
    ctx.number("threshold", 6),
    ctx.number("scale", 6),
    ctx.number("offset", 3),
  ];
  if (threshold === 6 && scale === 6 && offset === 3) return ctx.emit("HardSwish", [value]);
  const shifted = ctx.step("Add", [value, ctx.scalar("offset", offset)], "shifted");
  const gate = ctx.step("Clip", [shifted, ctx.scalar("low", 0), ctx.scalar("high", threshold)], "gate");
  ctx.emit("Div", [ctx.step("Mul", [value, gate], "gated"), ctx.scalar("scale", scale)]);
}

/** x sigmoid(beta x). */
function swish(ctx: OpContext) {
  const { value } = ctx.input("X");
  const beta = ctx.number("beta", 1);
  const scaled = beta === 1 ? value : ctx.step("Mul", [value, ctx.scalar("beta", beta)], "scaled");
  ctx.emit("Mul", [value, ctx.step("Sigmoid", [scaled], "gate")]);
}

function gelu(ctx: OpContext) {
  const approximate = ctx.flag("approximate", false) ? "tanh" : "none";
  ctx.emit("Gelu", [ctx.input("X").value], { approximate: attr.string(approximate) });
}

/** ln(1 + exp(beta x)) / beta; x itself where beta x is above the threshold, which differs by less than exp(-threshold) / beta. */
function softplus(ctx: OpContext) {
  const { value } = ctx.input("X");
  const [beta, threshold] = [ctx.number("beta", 1), ctx.number("threshold", 20)];
  const scaled = beta === 1 ? value : ctx.step("Mul", [value, ctx.scalar("beta", beta)], "scaled");
  const curve = ctx.step("Softplus", [scaled], "curve");
  const back = beta === 1 ? curve : ctx.step("Div", [curve, ctx.scalar("beta", beta)], "back");
  if (threshold >= 15) return ctx.bind(ctx.step("Identity", [back], "out"));
  const isAbove = ctx.step("Greater", [scaled, ctx.scalar("threshold", threshold)], "isAbove");
  ctx.emit("Where", [isAbove, value, back]);
}

function mish(ctx: OpContext) {
  if (ctx.number("threshold", 20) < 15) ctx.refuse(`threshold ${ctx.number("threshold", 20)}`);
  ctx.emit("Mish", [ctx.input("X").value]);
}

/** ln sigmoid(x) = -ln(1 + exp(-x)). */
function logSigmoid(ctx: OpContext) {
  const negative = ctx.step("Neg", [ctx.input("X").value], "negative");
  ctx.emit("Neg", [ctx.step("Softplus", [negative], "curve")]);
}

/** scale_b tanh(scale_a x). */
function stanh(ctx: OpContext) {
  const scaled = ctx.step(
    "Mul",
    [ctx.input("X").value, ctx.scalar("a", ctx.number("scale_a", 0.67))],
    "scaled",
  );
  ctx.emit("Mul", [ctx.step("Tanh", [scaled], "tanh"), ctx.scalar("b", ctx.number("scale_b", 1.7159))]);
}

function tanhShrink(ctx: OpContext) {
  const { value } = ctx.input("X");
  ctx.emit("Sub", [value, ctx.step("Tanh", [value], "tanh")]);
}

/** 0 up to the threshold, x above it, or `value` instead of 0. */
function thresholdedRelu(ctx: OpContext) {
  if (ctx.number("value", 0) !== 0) ctx.refuse("a value other than 0");
  ctx.emit("ThresholdedRelu", [ctx.input("X").value], { alpha: attr.float(ctx.number("threshold", 1)) });
}

function softShrink(ctx: OpContext) {
  const lambda = attr.float(ctx.number("lambda", 0.5));
  ctx.emit("Shrink", [ctx.input("X").value], { lambd: lambda, bias: lambda });
}

/** One slope for all, one a channel, or one an element. */
function prelu(ctx: OpContext) {
  const [x, alpha] = [ctx.input("X"), ctx.input("Alpha")];
  const mode = ctx.text("mode", "all");
  const channel = isChannelsLast(ctx) ? x.dims.length - 1 : 1;
  const shapes: Readonly<Record<string, readonly number[]>> = {
    all: [1],
    channel: x.dims.slice(channel).map((_, i) => (i === 0 ? -1 : 1)),
    element: [1, ...x.dims.slice(1)],
  };
  const shape = shapes[mode];
  if (!shape) return ctx.refuse(`mode ${mode}`);
  ctx.emit("PRelu", [x.value, ctx.reshaped(alpha.value, shape, "slope")]);
}

const softmaxAs =
  (op: string): Convert =>
  (ctx) => {
    const x = ctx.input("X");
    // Softmax of a scalar is 1.
    const axis = x.dims.length === 0 ? 0 : ctx.axis(ctx.number("axis", -1), x);
    ctx.emit(op, [x.value], { axis: attr.int(axis) });
  };

export const ACTIVATIONS = {
  relu: same("Relu"),
  relu6,
  sigmoid: same("Sigmoid"),
  tanh: same("Tanh"),
  softsign: same("Softsign"),
  leaky_relu: withFloats("LeakyRelu", { alpha: ["alpha", 0.02] }),
  elu: withFloats("Elu", { alpha: ["alpha", 1] }),
  celu: withFloats("Celu", { alpha: ["alpha", 1] }),
  selu: withFloats("Selu", { alpha: ["alpha", 1.6732632423543772], gamma: ["scale", 1.0507009873554805] }),
  hard_sigmoid: withFloats("HardSigmoid", { alpha: ["slope", 1 / 6], beta: ["offset", 0.5] }),
  hard_shrink: withFloats("Shrink", { lambd: ["threshold", 0.5] }),
  softshrink: softShrink,
  thresholded_relu: thresholdedRelu,
  tanh_shrink: tanhShrink,
  brelu: clipTo(["t_min", 0], ["t_max", 24]),
  hard_swish: hardSwish,
  swish,
  silu: swish,
  gelu,
  mish,
  softplus,
  logsigmoid: logSigmoid,
  stanh,
  prelu,
  softmax: softmaxAs("Softmax"),
  log_softmax: softmaxAs("LogSoftmax"),
} as const satisfies Readonly<Record<string, Convert>>;
