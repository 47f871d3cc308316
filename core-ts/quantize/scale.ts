/** All mathematics of scales, multipliers and shifts (spec/fixed-point-ir.md, section 2). One rounding rule: half to even. */

import type { BitWidth } from "../chips/index.ts";
import { HardwareRangeError } from "../errors.ts";
import { powerOfTwo } from "../power-of-two.ts";

/** Largest shift the hardware holds. */
export const MAX_SHIFT = 31;
/** Largest multiplier the hardware holds (int16). */
export const MAX_MULTIPLIER = 32767;
/** Below this multiplier a requantize loses more than 1/256 of its factor. */
export const WEAK_MULTIPLIER = 128;

export type IntDType = "int8" | "uint8" | "int16" | "uint16";

/** How integers of one kind of value are stored. Zero point 0 always. */
export interface IntType {
  readonly dtype: IntDType;
  readonly bits: BitWidth;
  readonly signed: boolean;
  readonly qmin: number;
  readonly qmax: number;
}

export function intType(bits: BitWidth, signed: boolean): IntType {
  const half = powerOfTwo(bits - 1);
  return signed
    ? { dtype: bits === 8 ? "int8" : "int16", bits, signed, qmin: -half, qmax: half - 1 }
    : { dtype: bits === 8 ? "uint8" : "uint16", bits, signed, qmin: 0, qmax: 2 * half - 1 };
}

/** Nearest integer, ties to the even one, as QuantizeLinear does. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest > 0.5 || (rest === 0.5 && floor % 2 !== 0)) return floor + 1;
  return floor;
}

export function clamp(x: number, low: number, high: number): number {
  return Math.min(Math.max(x, low), high);
}

/** Real → integer: round half to even, then saturate. */
export function quantizeValue(
  x: number,
  scale: number,
  bounds: { readonly qmin: number; readonly qmax: number },
): number {
  return clamp(roundHalfEven(x / scale), bounds.qmin, bounds.qmax);
}

const SMALLEST_NORMAL = powerOfTwo(-126);

/**
 * Scale of an activation: threshold / qmax, rounded to float32, because QuantizeLinear at the model's edge holds its scale as float32
 * and both sides of the edge must use the same number. A threshold of 0 (a tensor that is all zero) gives scale 1.
 */
export function activationScale(threshold: number, qmax: number): number {
  if (threshold === 0) return 1;
  return Math.max(Math.fround(threshold / qmax), SMALLEST_NORMAL);
}

/**
 * Scale of weights of one channel, rounded to float32 as well: the QDQ form holds it as float32, and both forms must mean the same numbers.
 * `least` is a bound it may not fall below, so that is rounded up.
 */
export function weightScale(wanted: number, least: number): number {
  return Math.max(Math.fround(wanted), Math.fround(least * (1 + powerOfTwo(-23))), SMALLEST_NORMAL);
}

export interface Multiplier {
  readonly m: number;
  readonly shift: number;
}

function hardwareRange(node: string, factor: number, q1: number): HardwareRangeError {
  let shift = 0;
  while (roundHalfEven(factor * powerOfTwo(q1 + shift)) > MAX_MULTIPLIER) shift--;
  return new HardwareRangeError(
    `node "${node}" needs shift q = ${shift}, outside [0, ${MAX_SHIFT}]: its output range is ${factor.toExponential(3)} times finer than its ` +
      "accumulator; calibrate with data that make this layer's output vary, or train the model with quantization (QAT)",
    { node },
  );
}

/**
 * m and q2 for the real factor |r|: q2 is the largest value ≤ 31 for which m = round(r · 2^(q1+q2)) ≤ 32767.
 * @throws HardwareRangeError when m passes 32767 at q2 = 0.
 */
export function chooseMultiplier(factor: number, q1: number, node: string): Multiplier {
  for (let shift = MAX_SHIFT; shift >= 0; shift--) {
    const m = roundHalfEven(factor * powerOfTwo(q1 + shift));
    if (m <= MAX_MULTIPLIER) return { m, shift };
  }
  throw hardwareRange(node, factor, q1);
}

/** Multipliers for several factors (negative ones too) on one shift, as Add and PRelu need. */
export function chooseMultipliers(factors: readonly number[], node: string): { m: number[]; shift: number } {
  const largest = factors.reduce((most, factor) => Math.max(most, Math.abs(factor)), 0);
  const { shift } = chooseMultiplier(largest, 0, node);
  return {
    m: factors.map((factor) => Math.sign(factor) * roundHalfEven(Math.abs(factor) * powerOfTwo(shift))),
    shift,
  };
}

/** Smallest q1 for which |acc| >> q1, with one spare bit, stays inside int32. */
export function accumulatorShift(largestAccumulator: number): number {
  let shift = 0;
  while (shift < MAX_SHIFT && (2 * largestAccumulator) / powerOfTwo(shift) >= powerOfTwo(31)) shift++;
  return shift;
}
