import { HALF_BINS } from "../../../core-ts/kernels/kernels.ts";
import type { ObserverName } from "../../../core-ts/observers/index.ts";
import { naiveKl, naiveKlV2, naiveMse } from "../../core-as/twins/searches.ts";
import { naiveExponent, naiveHistogram } from "../../core-as/twins/statistics.ts";

export interface Target {
  readonly levels: number;
  readonly signed: boolean;
  /** Thousandths of the magnitudes that `percentile` keeps. */
  readonly permille: number;
}

/** Counts of the magnitudes by bin, without the empty bins at the end. */
function folded(magnitudes: readonly number[], exponent: number): Float64Array {
  const half = naiveHistogram(magnitudes, exponent, HALF_BINS).slice(HALF_BINS);
  return half.slice(0, half.findLastIndex((count) => count > 0) + 1);
}

/** The bin of the last magnitude that is kept, and how far into that bin its rank reaches. Everything sorted, nothing clever. */
function percentileOf(magnitudes: readonly number[], width: number, permille: number): number {
  const sorted = [...magnitudes].sort((a, b) => a - b);
  const keep = Math.ceil((permille * sorted.length) / 1000);
  if (keep >= sorted.length) return sorted.at(-1)!;
  const binOf = (x: number) => Math.min(HALF_BINS - 1, Math.floor(x / width));
  const bin = binOf(sorted[keep - 1]!);
  const below = sorted.filter((x) => binOf(x) < bin).length;
  const inside = sorted.filter((x) => binOf(x) === bin).length;
  return (bin + (keep - below) / inside) * width;
}

/** The threshold of an observer by its description in core-ts/observers/, from the values themselves; all are finite. */
export function naiveThreshold(name: ObserverName, x: readonly number[], target: Target): number {
  const { levels, signed, permille } = target;
  // An unsigned grid has no place for negative values: they count for nothing, only percentile counts them as zeros.
  const magnitudes = signed ? x.map(Math.abs) : x.filter((v) => v >= 0);
  const limit = magnitudes.reduce((a, b) => Math.max(a, b), 0);
  if (name === "min_max" || limit === 0) return limit;
  const exponent = naiveExponent(x)!;
  const width = 2 ** exponent / HALF_BINS;
  const bins = folded(magnitudes, exponent);
  const nonzero = bins.slice();
  nonzero[0] = nonzero[0]! - x.filter((v) => v === 0).length;
  switch (name) {
    case "kl": {
      // Bin 0 counts as much as bin 1; at most one value in 10,000 lies beyond.
      const level = bins.slice();
      if (level.length > 1) level[0] = level[1]!;
      const beyond = (t: number) => magnitudes.filter((v) => Math.floor(v / width) >= t).length;
      let t = naiveKl(level, levels);
      while (beyond(t) > x.length / 10000) t = Math.floor(t) + 1;
      return Math.min(limit, t * width);
    }
    case "kl_v2":
      return Math.min(limit, naiveKlV2(nonzero, levels) * width);
    case "mse":
      return Math.min(limit, naiveMse(nonzero, levels) * width);
    case "percentile": {
      const clipped = x.map((v) => (signed ? Math.abs(v) : Math.max(v, 0)));
      return Math.min(limit, percentileOf(clipped, width, permille));
    }
  }
}
