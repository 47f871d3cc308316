import { binWidth, foldMagnitudes, magnitude } from "./histogram.ts";
import type { Observer } from "./observer.ts";

/** percent · count is rounded up unless it passes an integer by less than this, which only rounding does (0.9999 · 10000). */
const ROUNDING_SLACK = 1e-6;

/**
 * Keeps the share `percent` of the magnitudes: with 0.9999, one value of every 10000 may be discarded, and none of fewer. Within the
 * bin where the last value kept lies, linear interpolation. For an unsigned grid negative values count as the zeros they become.
 */
export const percentileObserver: Observer = {
  range(stats, target, { percent }) {
    const limit = magnitude(stats, target.signed);
    const keep = Math.ceil(percent * stats.count - ROUNDING_SLACK);
    if (limit === 0 || keep >= stats.count) return limit;
    const bins = foldMagnitudes(stats, target.signed);
    let below = stats.count - sum(bins);
    for (let i = 0; i < bins.length; i++) {
      const count = bins[i]!;
      if (count > 0 && below + count >= keep) {
        const share = Math.max(keep - below, 1) / count;
        return Math.min(limit, (i + share) * binWidth(stats));
      }
      below += count;
    }
    return limit;
  },
};

function sum(bins: Float64Array): number {
  return bins.reduce((total, count) => total + count, 0);
}
