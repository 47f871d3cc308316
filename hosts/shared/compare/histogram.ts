import type { ComparedLayer } from "./compare-layer.ts";
import { batchPairs, realNumbers } from "./compare-layer.ts";
import type { Side, Sides } from "./sides.ts";

/** Bins of a histogram: enough for a shape, few enough for a picture. */
const BINS = 64;

/** Counts in bins of equal width from `low` to `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: number[];
}

/** Left and right over the same bins, so that the pictures line up. */
export interface HistogramPair {
  readonly left: Histogram;
  readonly right: Histogram;
}

class Limits {
  low = Number.POSITIVE_INFINITY;
  high = Number.NEGATIVE_INFINITY;

  add(values: Float64Array): void {
    for (const value of values) {
      if (!Number.isFinite(value)) continue;
      if (value < this.low) this.low = value;
      if (value > this.high) this.high = value;
    }
  }

  /** A single value stands in the middle; nothing at all around 0. */
  histogram(): Histogram {
    const isEmpty = this.low > this.high;
    const [low, high] = isEmpty ? [0, 0] : [this.low, this.high];
    const margin = low === high ? Math.abs(low) / 2 || 0.5 : 0;
    return { low: low - margin, high: high + margin, counts: new Array<number>(BINS).fill(0) };
  }
}

function count({ low, high, counts }: Histogram, values: Float64Array): void {
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    counts[Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS))]!++;
  }
}

/** The outputs' histograms; reads the layer's files twice, for limits and then for counts. */
export async function outputHistograms(sides: Sides, { pair }: ComparedLayer): Promise<HistogramPair> {
  const limits = new Limits();
  for await (const { left, right } of batchPairs(sides, pair)) {
    limits.add(left);
    limits.add(right);
  }
  const [left, right] = [limits.histogram(), limits.histogram()];
  for await (const batch of batchPairs(sides, pair)) {
    count(left, batch.left);
    count(right, batch.right);
  }
  return { left, right };
}

/** The weights' histograms; undefined where the layer has none on either side. */
export async function weightHistograms(
  sides: Sides,
  { pair, layer }: ComparedLayer,
): Promise<HistogramPair | undefined> {
  const numbers = async ({ dump, side }: Side, of: "left" | "right") => {
    const t = await dump.weight(side, pair[of]);
    return t && realNumbers(t, 1, `the weight of layer "${layer}" in ${dump.folder}`);
  };
  const [l, r] = [await numbers(sides.left, "left"), await numbers(sides.right, "right")];
  if (!l || !r) return undefined;
  const limits = new Limits();
  limits.add(l);
  limits.add(r);
  const [left, right] = [limits.histogram(), limits.histogram()];
  count(left, l);
  count(right, r);
  return { left, right };
}
