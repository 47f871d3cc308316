import type { Observer } from "./observer.ts";
import { rangeBySearchOfNonzero } from "./search.ts";

/**
 * The threshold t that minimises E[(x - fake_quant(x))²], rounding and clipping error together, with x uniform within each bin; the formula
 * is at the top of core-as/distortion.ts. Candidates lie on a grid of 1/512 of the range, then of 1/8192 around the best.
 */
export const mseObserver: Observer = {
  range: (stats, target, { kernels }) => rangeBySearchOfNonzero(stats, target, kernels.searchMse),
};
