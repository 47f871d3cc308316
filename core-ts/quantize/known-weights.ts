/** Weights of a QDQ model: integers that are there already, seen as float32 numbers on known scales. */
import type { BitWidth } from "../chips/index.ts";
import { roundHalfEven } from "./scale.ts";
import { type ChannelLayout, eachRun, weightMax } from "./weights.ts";

/** scale·q as float32 is off by 2^-24 of itself: 0.002 steps at 16 bit. What is further off was never on this grid (a fold, a zero point). */
const TOLERANCE = 0.01;

/**
 * The known scale of each output channel, 0 where the weights are no integers on it or pass the narrow range: those are quantized anew.
 * `scales` has one entry, one per channel of a group, or one per channel.
 */
export function knownScales(
  w: Float32Array,
  layout: ChannelLayout,
  scales: readonly number[],
  bits: BitWidth,
): Float64Array {
  const channels = layout.groups * layout.channels;
  const known = Float64Array.from({ length: channels }, (_, c) => scales[c % scales.length]!);
  if (channels % scales.length !== 0) return known.fill(0);
  eachRun(w.length, layout, (channel, from, to) => {
    for (let i = from; i < to; i++) {
      const q = w[i]! / known[channel]!;
      const nearest = roundHalfEven(q);
      if (!(Math.abs(q - nearest) <= TOLERANCE && Math.abs(nearest) <= weightMax(bits))) known[channel] = 0;
    }
  });
  return known;
}

/** Writes the integers of channels with a known scale over those that rounding made. */
export function restoreIntegers(
  q: Int8Array | Int16Array,
  w: Float32Array,
  layout: ChannelLayout,
  known: Float64Array,
): void {
  eachRun(w.length, layout, (channel, from, to) => {
    const scale = known[channel]!;
    if (scale === 0) return;
    for (let i = from; i < to; i++) q[i] = roundHalfEven(w[i]! / scale);
  });
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
