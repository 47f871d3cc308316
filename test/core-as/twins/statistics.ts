import type { MinMax } from "../../../core-ts/kernels/kernels.ts";

export function naiveMinMax(x: Float32Array): MinMax {
  const finite = [...x].filter(Number.isFinite);
  return {
    // + 0 turns -0 into 0.
    min: finite.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) + 0,
    max: finite.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) + 0,
    nonFinite: x.length - finite.length,
    zeros: finite.filter((v) => v === 0).length,
  };
}

/** Counts by the definition of a bin, in float64 division; `half` bins on each side. */
export function naiveHistogram(x: Iterable<number>, exponent: number, half: number): Float64Array {
  const bins = new Float64Array(2 * half);
  for (const v of x) {
    if (!Number.isFinite(v)) continue;
    const k = Math.min(half - 1, Math.floor(Math.abs(v) / (2 ** exponent / half)));
    const i = v < 0 ? half - 1 - k : half + k;
    bins[i] = bins[i]! + 1;
  }
  return bins;
}

/** Smallest e >= -100 with 2^e >= |x| for all finite x; null if they are all 0. */
export function naiveExponent(x: Iterable<number>): number | null {
  let largest = 0;
  for (const v of x) if (Number.isFinite(v)) largest = Math.max(largest, Math.abs(v));
  if (largest === 0) return null;
  let e = -100;
  while (2 ** e < largest) e++;
  return e;
}
