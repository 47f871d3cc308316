import type { LayerHistogram } from "../../../core-ts/report/report.ts";

export interface Edges {
  readonly from: number;
  readonly to: number;
}

export function binEdges({ low, high, counts }: LayerHistogram, bin: number): Edges {
  const width = (high - low) / counts.length;
  return { from: low + bin * width, to: low + (bin + 1) * width };
}

/** Share of the values beyond the threshold; a bin that it cuts counts by its part. */
export function shareBeyond(histogram: LayerHistogram, threshold: number, signed: boolean): number {
  const floor = signed ? -threshold : 0;
  let [beyond, all] = [0, 0];
  histogram.counts.forEach((count, bin) => {
    const { from, to } = binEdges(histogram, bin);
    const inside = Math.max(0, Math.min(to, threshold) - Math.max(from, floor)) / (to - from);
    beyond += count * (1 - Math.min(inside, 1));
    all += count;
  });
  return all === 0 ? 0 : beyond / all;
}
