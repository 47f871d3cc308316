/** Ops of models that were trained or exported with quantization: pairs of QuantizeLinear and DequantizeLinear, symmetric, of 8 bits. */
import { attr } from "../../../graph/attributes.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { Convert, OpContext, Operand } from "../context.ts";

/** The integer of the largest magnitude. */
const LIMIT = 127;

function requireEightBits(ctx: OpContext) {
  const bits = ctx.number("bit_length", 8);
  if (bits !== 8) ctx.refuse(`bit_length ${bits}`);
}

/** Paddle's scale is the largest magnitude, ONNX's the size of a step. */
function stepSize(ctx: OpContext, largest: string): string {
  return ctx.step("Div", [largest, ctx.scalar("limit", LIMIT)], "stepSize");
}

interface Grid {
  readonly inputs: readonly string[];
  readonly attrs: Parameters<OpContext["step"]>[3];
}

/** Scale and zero point: one, or, along an axis, one a channel. */
function grid(ctx: OpContext, largest: string, place: readonly [axis: number, channels: number]): Grid {
  const [axis, channels] = place;
  const size = stepSize(ctx, largest);
  if (axis < 0) {
    const zero = ctx.constant("zero", tensor("int8", [], new Int8Array(1)));
    return { inputs: [ctx.reshaped(size, [], "scale"), zero], attrs: {} };
  }
  if (channels < 0) ctx.refuse("an open number of channels");
  const zero = ctx.constant("zero", tensor("int8", [channels], new Int8Array(channels)));
  return { inputs: [ctx.reshaped(size, [-1], "scale"), zero], attrs: { axis: attr.int(axis) } };
}

/** The grid of a node; without an axis, or with a single scale, it is one for all. */
function gridOf(ctx: OpContext, x: Operand, scale: Operand): Grid {
  const axis = ctx.number("quant_axis", -1);
  const isOne = axis < 0 || scale.dims.length === 0 || (scale.dims.length === 1 && scale.dims[0] === 1);
  return grid(ctx, scale.value, isOne ? [-1, 1] : [axis, x.dims[axis]!]);
}

function roundTrip(ctx: OpContext, x: Operand, { inputs, attrs }: Grid) {
  const whole = ctx.step("QuantizeLinear", [x.value, ...inputs], "quantized", attrs);
  ctx.emit("DequantizeLinear", [whole, ...inputs], attrs);
}

/** The largest magnitude was measured at training; what passes it is clipped on both sides alike, where QuantizeLinear has one step more below. */
function measured(ctx: OpContext) {
  requireEightBits(ctx);
  const [x, scale] = [ctx.input("X"), ctx.input("InScale")];
  const high = ctx.reshaped(scale.value, [], "high");
  const value = ctx.step("Clip", [x.value, ctx.step("Neg", [high], "low"), high], "clipped");
  roundTrip(ctx, { ...x, value }, grid(ctx, scale.value, [-1, 1]));
}

/** The largest magnitude is that of the tensor, or of each of its channels. */
const ofItself =
  (isPerChannel: boolean): Convert =>
  (ctx) => {
    requireEightBits(ctx);
    const x = ctx.input("X");
    const axis = isPerChannel ? ctx.number("quant_axis", 0) : -1;
    const axes = x.dims.map((_, i) => i).filter((i) => i !== axis);
    const size = ctx.step("Abs", [x.value], "magnitude");
    const largest = ctx.step("ReduceMax", [size, ctx.ints("axes", axes)], "largest", {
      keepdims: attr.int(0),
    });
    roundTrip(ctx, x, grid(ctx, largest, [axis, axis < 0 ? 1 : x.dims[axis]!]));
  };

function requireZeroAtZero(ctx: OpContext) {
  requireEightBits(ctx);
  const zero = ctx.optional("ZeroPoint");
  if (zero && ctx.numbersOf(zero)?.some((point) => point !== 0) !== false)
    ctx.refuse("a zero point other than 0");
}

function quantizeLinear(ctx: OpContext) {
  requireZeroAtZero(ctx);
  const x = ctx.input("X");
  const { inputs, attrs } = gridOf(ctx, x, ctx.input("Scale"));
  const whole = ctx.step("QuantizeLinear", [x.value, ...inputs], "quantized", attrs);
  const { dtype } = ctx.output("Y");
  ctx.bind(dtype === "int8" ? whole : ctx.cast(whole, dtype, "numbers"), "Y");
}

function dequantizeLinear(ctx: OpContext) {
  requireZeroAtZero(ctx);
  const x = ctx.input("X");
  const { inputs, attrs } = gridOf(ctx, x, ctx.input("Scale"));
  ctx.emit("DequantizeLinear", [ctx.as(x, "int8", "whole"), ...inputs], attrs, "Y");
}

/** Only measures. */
function passes(ctx: OpContext) {
  ctx.emit("Identity", [ctx.input("X").value]);
}

export const QUANTIZATION = {
  fake_quantize_dequantize_moving_average_abs_max: measured,
  fake_quantize_dequantize_abs_max: ofItself(false),
  fake_channel_wise_quantize_dequantize_abs_max: ofItself(true),
  moving_average_abs_max_scale: passes,
  quantize_linear: quantizeLinear,
  dequantize_linear: dequantizeLinear,
} as const satisfies Readonly<Record<string, Convert>>;
