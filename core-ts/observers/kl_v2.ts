import type { Observer } from "./observer.ts";
import { rangeBySearchOfNonzero } from "./search.ts";

/**
 * KL with three corrections. Let h be the folded histogram, T a threshold, M the largest magnitude.
 *
 *   h'[0] = h[0] - (number of exact zeros),   h'[k] = h[k]
 *   D(T)  = Σ_x (x - fake_quant(x; T))²       expected from h', core-as/distortion.ts
 *   T*    = argmin { KL(P(h', T) || Q(h', T)) : D(T) <= D(M) }
 *
 * 1. The exact zeros are left out. After a Relu they are a third to four fifths of all values, all in bin 0. KL on the histogram as it is
 *    spreads a group's mass evenly over its bins, so as soon as bin 0 shares a group with bin 1 half of the spike is misplaced and nothing
 *    else counts. Plain kl guesses bin 0 to be as full as bin 1; here it is known: a symmetric grid holds 0 exactly at every T, so the
 *    zeros carry no information about T, and the small values that share their bin do.
 * 2. A threshold is admitted only if its expected squared error is at most that of not clipping at all. KL counts how much mass is clipped,
 *    not how far it moves, and on nearly empty histograms (few samples, most bins 0 or 1) P and Q agree wherever the groups hold one
 *    occupied bin each, so its minimum means nothing. In D a clipped value weighs by the square of its distance; with few samples even
 *    one such value outweighs the finer step, and T* stays near M.
 *
 * 3. Where the last group of Q holds nothing but outliers, its mass is taken as half a count (Jeffreys' prior) instead of 0. Plain KL is
 *    infinite there, which forbids every threshold inside the gap between the bulk and a far outlier, the very case for clipping.
 *
 * By 2, kl_v2 never does worse than min_max in squared error on the calibration data, up to the resolution of the histogram.
 * At 16 bit, and wherever the histogram has no more bins than the grid has levels, T* = M as for plain KL.
 */
export const klV2Observer: Observer = {
  range: (stats, target, { kernels }) => rangeBySearchOfNonzero(stats, target, kernels.searchKlV2),
};
