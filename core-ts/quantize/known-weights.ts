/** Weights of a QDQ model: integers that are there already, seen as float32 numbers on known scales. */
import type { BitWidth } from "../chips/index.ts";
import { clamp, roundHalfEven } from "./scale.ts";
import { type ChannelLayout, elementsOf, weightMax } from "./weights.ts";

/** scale·q as float32 is off by 2^-24 of itself: 0.002 steps at 16 bit. What is further off was never on this grid. */
const TOLERANCE = 0.01;
/** Largest magnitude of an int8, the integers that QDQ models are trained with. */
const LARGEST_INT8 = 128;
/**
 * Training takes int8 to -128, the chip's weights end at -127. Saturating such a weight costs one step; rounding its channel anew costs every weight
 * a squared error of 1/12 step: saturating is better up to one weight in 12.
 */
const SATURATED_SHARE = 1 / 12;

interface Channel {
  readonly w: Float32Array;
  /** Where its elements stand. */
  readonly at: Int32Array;
  readonly limit: number;
}

function isOnGrid({ w, at, limit }: Channel, scale: number): boolean {
  let saturated = 0;
  for (const i of at) {
    const q = w[i]! / scale;
    const nearest = roundHalfEven(q);
    if (!(Math.abs(q - nearest) <= TOLERANCE) || Math.abs(nearest) > limit + 1) return false;
    if (Math.abs(nearest) > limit) saturated++;
  }
  return saturated <= at.length * SATURATED_SHARE;
}

/** The int8 grid of a channel that a fold (BatchNormalization) has scaled: its largest weight is one of 128 integers. 0 if there is none. */
function scaledGrid(channel: Channel): number {
  const largest = channel.at.reduce((most, i) => Math.max(most, Math.abs(channel.w[i]!)), 0);
  for (let q = LARGEST_INT8; q > 0; q--) {
    const scale = Math.fround(largest / q);
    if (scale > 0 && isOnGrid(channel, scale)) return scale;
  }
  return 0;
}

/**
 * The known scale of each output channel, 0 where the weights are no integers of the narrow range on it or on a multiple of it: those are quantized
 * anew. `scales` has one entry, one per channel of a group, or one per channel.
 */
export function knownScales(
  w: Float32Array,
  layout: ChannelLayout,
  scales: readonly number[],
  bits: BitWidth,
): Float64Array {
  const channels = layout.groups * layout.channels;
  if (channels % scales.length !== 0) return new Float64Array(channels);
  return Float64Array.from({ length: channels }, (_, c) => {
    const channel = { w, at: elementsOf(c, w.length, layout), limit: weightMax(bits) };
    const scale = scales[c % scales.length]!;
    return isOnGrid(channel, scale) ? scale : scaledGrid(channel);
  });
}

/** Writes the integers of channels with a known scale over those that rounding made. */
export function restoreIntegers(
  q: Int8Array | Int16Array,
  w: Float32Array,
  layout: ChannelLayout,
  known: Float64Array,
): void {
  const limit = weightMax(q instanceof Int8Array ? 8 : 16);
  for (const [channel, scale] of known.entries()) {
    if (scale === 0) continue;
    for (const i of elementsOf(channel, w.length, layout))
      q[i] = clamp(roundHalfEven(w[i]! / scale), -limit, limit);
  }
}

/**
 * Integers of the bias: those of the model where `real` is what they stand for on this scale (float32 holds 24 bits of an int32), else
 * rounded.
 */
export function biasInteger(real: number, scale: number, known: number | undefined): number {
  const q = real / scale;
  const isSame = known !== undefined && Math.abs(q - known) <= TOLERANCE + 1e-6 * Math.abs(known);
  return isSame ? known : roundHalfEven(q);
}
