/** Bins on each side of zero of an activation histogram. */
export const HALF_BINS = 2048;

/** Limits never become tighter than 2^MIN_EXPONENT, so that the inverse bin width stays a normal float32. */
export const MIN_EXPONENT = -100;

/**
 * Counts of x over (-2^exponent, 2^exponent), 2·HALF_BINS bins of width w = 2^exponent / HALF_BINS: bin HALF_BINS + k
 * holds [k·w, (k+1)·w), bin HALF_BINS-1-k its mirror image. While `exponent` is null only zeros were seen (all in bin HALF_BINS).
 */
export interface Histogram {
  exponent: number | null;
  readonly bins: Float64Array;
}

/** Smallest e >= MIN_EXPONENT with 2^e >= magnitude; magnitude is a positive finite float32. */
export function exponentOf(magnitude: number): number {
  const bits = new Uint32Array(Float32Array.of(magnitude).buffer)[0]!;
  const floor = (bits >>> 23) - 127;
  return Math.max(MIN_EXPONENT, (bits & 0x7fffff) === 0 ? floor : floor + 1);
}

/** Folds adjacent bins until the limits of `histogram` are ±2^exponent; exponent is not below the present one. */
export function widen(histogram: Histogram, exponent: number): void {
  if (histogram.exponent !== null && exponent > histogram.exponent) {
    foldBins(histogram.bins, exponent - histogram.exponent);
  }
  histogram.exponent = exponent;
}

/** Bin k of each half moves into bin floor(k / 2^times) of that half. */
function foldBins(bins: Float64Array, times: number): void {
  const shift = Math.min(times, 31);
  for (let k = 0; k < HALF_BINS; k++) {
    const to = k >>> shift;
    if (to === k) continue;
    for (const [from, into] of [
      [HALF_BINS + k, HALF_BINS + to],
      [HALF_BINS - 1 - k, HALF_BINS - 1 - to],
    ] as const) {
      bins[into] = bins[into]! + bins[from]!;
      bins[from] = 0;
    }
  }
}
