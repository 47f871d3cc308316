import { InternalError } from "../errors.ts";
import { attr } from "../graph/attributes.ts";
import type { Attributes, IntValue, LowerContext } from "../ops/record.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import { exactBias } from "./exact-bias.ts";
import { biasInteger, knownScales, restoreIntegers } from "./known-weights.ts";
import type { DescribedWeights } from "./quantized.ts";
import { accumulatorShift, chooseMultiplier, MAX_SHIFT, WEAK_MULTIPLIER, weightScale } from "./scale.ts";
import { type ChannelLayout, channelMaxima, channelSums, quantizeWeights, weightMax } from "./weights.ts";

/** A weighted sum y = Σ w·x + b with one weight scale per output channel, ready to be written. */
export interface LinearOperands {
  /** Names of w, bias, multiplier, shift. */
  readonly inputs: readonly string[];
  /** q1 and x_offset at 16 bit, nothing at 8 bit; with the bounds and `to`. */
  readonly attrs: Attributes;
  /** Bound of Σ|x·w| over all channels. */
  readonly largestSum: number;
}

interface LinearSpec {
  readonly x: IntValue;
  readonly y: IntValue;
  readonly weight: Tensor;
  readonly weightName: string;
  readonly bias: Tensor | undefined;
  readonly layout: ChannelLayout;
}

/** Largest integer bias: at 8 bit the int32 accumulator less what the products can reach, at 16 bit what float64 holds exactly with room to spare. */
function biasLimit(spec: LinearSpec, terms: number, bits: 8 | 16): number {
  const largestX = Math.max(-spec.x.type.qmin, spec.x.type.qmax);
  return bits === 8 ? powerOfTwo(31) - 1 - terms * largestX * weightMax(8) : powerOfTwo(51);
}

/** The model's own scale of each channel, 0 where there is none. */
function ownScales(spec: LinearSpec, ctx: LowerContext): Float64Array {
  const channels = spec.layout.groups * spec.layout.channels;
  const { knownWeights } = ctx;
  if (!knownWeights) return new Float64Array(channels);
  const weights = spec.weight.data as Float32Array;
  const known = knownScales(weights, spec.layout, knownWeights.scales, ctx.plan.bits);
  const others = known.filter((scale) => scale === 0).length;
  if (others > 0)
    ctx.warn(
      `${others} of ${channels} channels of its weights are quantized anew: they are no integers of the chip's symmetric range on the model's own scales`,
    );
  return known;
}

/**
 * One scale per channel: the model's own, or max|w| / (2^(b-1)-1), raised where the integer bias would pass its limit or the multiplier would be
 * too weak: such a channel's products are far below one step of the output, so a coarser weight scale costs nothing.
 */
function channelScales(
  spec: LinearSpec,
  ctx: LowerContext,
  bias: Float64Array,
  known: Float64Array,
): Float64Array {
  const bits = ctx.plan.bits;
  const maxima = channelMaxima(spec.weight.data as Float32Array, spec.layout, spec.weightName);
  const limit = biasLimit(spec, spec.weight.data.length / maxima.length, bits);
  const weakest = (spec.y.scale / spec.x.scale) * WEAK_MULTIPLIER * powerOfTwo(-MAX_SHIFT);
  return maxima.map((most, c) => {
    const least = Math.max(Math.abs(bias[c]!) / (spec.x.scale * limit), weakest);
    // A bias that went through float32 may ask for a scale larger by its rounding.
    if (known[c]! > 0 && least <= known[c]! * (1 + 1e-6)) return known[c]!;
    return weightScale(most / weightMax(bits), least);
  });
}

/** q1 at 16 bit: by what calibration saw of the output, or by what the weights allow, whichever is smaller. */
function firstShift(
  spec: LinearSpec,
  ctx: LowerContext,
  scales: Float64Array,
  sums: Float64Array,
  bias: Float64Array,
): number {
  const largestX = Math.max(-spec.x.type.qmin, spec.x.type.qmax);
  const seen = ctx.largestOutput();
  let largest = 0;
  for (const [c, sum] of sums.entries()) {
    const possible = sum * largestX + Math.abs(bias[c]!);
    largest = Math.max(largest, Math.min(possible, seen / (spec.x.scale * scales[c]!)));
  }
  return accumulatorShift(largest);
}

function realBias(spec: LinearSpec, channels: number): Float64Array {
  if (spec.bias === undefined) return new Float64Array(channels);
  if (spec.bias.dtype !== "float32")
    throw new InternalError(`bias of ${spec.weightName} is ${spec.bias.dtype}`);
  const b = Float64Array.from(spec.bias.data);
  return b.length === channels ? b : new Float64Array(channels).fill(b[0]!);
}

function biasIntegers(
  spec: LinearSpec,
  ctx: LowerContext,
  real: Float64Array,
  scales: Float64Array,
): Float64Array {
  const known = ctx.knownWeights?.bias;
  return real.map((b, c) => biasInteger(b, spec.x.scale * scales[c]!, known?.[c]));
}

function biasTensor(bias: Float64Array, bits: 8 | 16): Tensor {
  return bits === 8
    ? tensor("int32", [bias.length], Int32Array.from(bias))
    : tensor("int64", [bias.length], BigInt64Array.from(bias, BigInt));
}

function weightTensor(w: Int8Array | Int16Array, dims: readonly number[]): Tensor {
  return w instanceof Int8Array ? tensor("int8", dims, w) : tensor("int16", dims, w);
}

/** Integers of weights and bias on their scales. */
function integersOf(spec: LinearSpec, ctx: LowerContext) {
  if (spec.weight.dtype !== "float32")
    throw new InternalError(`weight ${spec.weightName} is ${spec.weight.dtype}`);
  const { layout, weight } = spec;
  const real = realBias(spec, layout.groups * layout.channels);
  const known = ownScales(spec, ctx);
  const scales = channelScales(spec, ctx, real, known);
  const w = quantizeWeights(weight.data, layout, scales, ctx.plan.bits);
  const kept = known.map((scale, c) => (scale === scales[c] ? scale : 0));
  restoreIntegers(w, weight.data, layout, kept);
  return { scales, w, bias: biasIntegers(spec, ctx, real, scales) };
}

/** Multiplier and shift of each channel: r[c] = s_x · s_w[c] / s_y. */
function factorTensors(
  spec: LinearSpec,
  ctx: LowerContext,
  scales: Float64Array,
  q1: number,
): readonly [Tensor, Tensor] {
  const chosen = Array.from(scales, (scale) =>
    chooseMultiplier((spec.x.scale * scale) / spec.y.scale, q1, ctx.node.name),
  );
  const multipliers = Int16Array.from(chosen, ({ m }) => m);
  const shifts = Int8Array.from(chosen, ({ shift }) => shift);
  return [tensor("int16", [chosen.length], multipliers), tensor("int8", [chosen.length], shifts)];
}

/** The bias as a QDQ model holds it: int32, at 8 bit the very integers. */
function describedBias(
  spec: LinearSpec,
  scales: Float64Array,
  bias: Float64Array,
  bits: 8 | 16,
): DescribedWeights["bias"] {
  if (bits === 8)
    return { integers: Int32Array.from(bias), scales: scales.map((scale) => spec.x.scale * scale) };
  return exactBias(realBias(spec, bias.length));
}

/** Quantizes weights and bias and chooses multiplier and shift. */
export function lowerLinear(spec: LinearSpec, ctx: LowerContext): LinearOperands {
  const bits = ctx.plan.bits;
  const { scales, w, bias } = integersOf(spec, ctx);
  const sums = channelSums(w, spec.layout);
  const q1 = bits === 16 ? firstShift(spec, ctx, scales, sums, bias) : 0;
  const factors = factorTensors(spec, ctx, scales, q1);
  const weight = ctx.constantTensor("weight", weightTensor(w, spec.weight.dims));
  const biasName = ctx.constantTensor("bias", biasTensor(bias, bits));
  ctx.describeWeights({ weight, scales, bias: describedBias(spec, scales, bias, bits) });
  return {
    inputs: [
      weight,
      biasName,
      ctx.constantTensor("multiplier", factors[0]),
      ctx.constantTensor("shift", factors[1]),
    ],
    largestSum:
      sums.reduce((most, sum) => Math.max(most, sum), 0) * Math.max(-spec.x.type.qmin, spec.x.type.qmax),
    attrs: { ...ctx.bounds(), ...(bits === 16 ? { x_offset: offsetOf(spec.x), q1: attr.int(q1) } : {}) },
  };
}

/** What makes an integer of this type unsigned (docs/fixed-ops.md, x_offset). */
export function offsetOf(x: IntValue): Attributes[string] {
  return attr.int(-x.type.qmin);
}

/** Multiplier and shift of length 1 for the real factor `factor`, warning when the multiplier is weak. */
export function scalarRequantize(ctx: LowerContext, factor: number, q1 = 0): string[] {
  const { m, shift } = chooseMultiplier(factor, q1, ctx.node.name);
  if (m < WEAK_MULTIPLIER)
    ctx.warn(
      `its multiplier is ${m} at shift ${shift}: the output range is too coarse for the input, so this node loses precision`,
    );
  return [
    ctx.constantTensor("multiplier", tensor("int16", [1], Int16Array.of(m))),
    ctx.constantTensor("shift", tensor("int8", [1], Int8Array.of(shift))),
  ];
}
