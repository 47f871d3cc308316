import { HALF_BINS, type Histogram, widen } from "../kernels/bins.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { powerOfTwo } from "../power-of-two.ts";

/**
 * What calibration keeps of one tensor. The limits of the histogram are ±2^exponent, the smallest power of two (from 2^-100 on) that
 * holds everything seen, so the state depends only on the set of values seen: merging is exact, associative and commutative.
 */
export interface TensorStats extends Readonly<Histogram> {
  /** Finite values seen; the sum of all bins. */
  readonly count: number;
  /** NaN and infinite values seen; they are in no bin. */
  readonly nonFinite: number;
  /** Values equal to 0, of either sign; they are part of `count` and of bin HALF_BINS. */
  readonly zeros: number;
  /** Smallest finite value; +Infinity before any. */
  readonly min: number;
  /** Largest finite value; -Infinity before any. */
  readonly max: number;
  /** null until the first value other than 0. */
  readonly exponent: number | null;
  /** Counts, 2·HALF_BINS of them; see Histogram. */
  readonly bins: Float64Array;
}

/** The statistics of nothing. */
export function createStats(): TensorStats {
  return {
    count: 0,
    nonFinite: 0,
    zeros: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    exponent: null,
    bins: new Float64Array(2 * HALF_BINS),
  };
}

/** The statistics with the elements of x added; `stats` stays as it was. */
export function collect(stats: TensorStats, x: Float32Array, kernels: Kernels): TensorStats {
  const histogram: Histogram = { exponent: stats.exponent, bins: stats.bins.slice() };
  const { min, max, nonFinite, zeros } = kernels.collect(x, histogram);
  return {
    count: stats.count + x.length - nonFinite,
    nonFinite: stats.nonFinite + nonFinite,
    zeros: stats.zeros + zeros,
    min: Math.min(stats.min, min),
    max: Math.max(stats.max, max),
    ...histogram,
  };
}

/** The statistics of both sets of values. */
export function mergeStats(a: TensorStats, b: TensorStats): TensorStats {
  const histogram = widened(a, b.exponent);
  const other = widened(b, histogram.exponent);
  for (let i = 0; i < other.bins.length; i++) histogram.bins[i] = histogram.bins[i]! + other.bins[i]!;
  return {
    count: a.count + b.count,
    nonFinite: a.nonFinite + b.nonFinite,
    zeros: a.zeros + b.zeros,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    ...histogram,
  };
}

/** A copy of the histogram with limits of at least 2^exponent. */
function widened(stats: TensorStats, exponent: number | null): Histogram {
  const histogram: Histogram = { exponent: stats.exponent, bins: stats.bins.slice() };
  if (exponent !== null) widen(histogram, Math.max(exponent, stats.exponent ?? exponent));
  return histogram;
}

/** Largest magnitude that a signed or unsigned grid has to hold; 0 if nothing but zeros was seen. Values below 0 do not
 * count for an unsigned grid. */
export function magnitude(stats: TensorStats, signed: boolean): number {
  return Math.max(0, stats.max, signed ? -stats.min : 0);
}

/** Width of a bin in real units; 0 while only zeros were seen. */
export function binWidth(stats: TensorStats): number {
  return stats.exponent === null ? 0 : powerOfTwo(stats.exponent) / HALF_BINS;
}

/**
 * Counts of |x|, for an unsigned grid of the values that are not negative; bin i covers [i, i+1) widths. Ends with the last bin that is
 * not empty; at least one bin.
 */
export function foldMagnitudes(stats: TensorStats, signed: boolean): Float64Array {
  const folded = stats.bins.slice(HALF_BINS);
  if (signed) for (let k = 0; k < HALF_BINS; k++) folded[k] = folded[k]! + stats.bins[HALF_BINS - 1 - k]!;
  let length = HALF_BINS;
  while (length > 1 && folded[length - 1] === 0) length--;
  return folded.subarray(0, length);
}
