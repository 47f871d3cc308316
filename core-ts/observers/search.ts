import type { RangeQuery } from "../kernels/kernels.ts";
import { binWidth, foldMagnitudes, magnitude, type TensorStats } from "./histogram.ts";
import type { RangeTarget } from "./observer.ts";

/** Threshold in real units of a search over the folded histogram, which answers in bins. */
export function rangeBySearch(
  stats: TensorStats,
  target: RangeTarget,
  search: (query: RangeQuery) => number,
): number {
  const limit = magnitude(stats, target.signed);
  if (limit === 0) return 0;
  const bins = foldMagnitudes(stats, target.signed);
  return Math.min(limit, search({ bins, levels: target.levels }) * binWidth(stats));
}

/** The same without the exact zeros, which every grid holds exactly and which therefore tell nothing about a threshold. */
export function rangeBySearchOfNonzero(
  stats: TensorStats,
  target: RangeTarget,
  search: (query: RangeQuery) => number,
): number {
  return rangeBySearch(stats, target, ({ bins, levels }) => {
    const rest = bins.slice();
    rest[0] = rest[0]! - stats.zeros;
    return search({ bins: rest, levels });
  });
}
