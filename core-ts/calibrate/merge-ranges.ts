import { mergeStats } from "../observers/histogram.ts";
import type { CalibrationCache, Snapshot } from "./cache/format.ts";
import type { Ranges } from "./ranges.ts";

/** What calibration on both sets of data would have learned; exact, in any order. Values that only one of them saw are dropped. */
export function mergeRanges(a: Ranges, b: Ranges): Ranges {
  const stats = new Map(
    [...a.stats].flatMap(([name, left]) => {
      const right = b.stats.get(name);
      return right ? [[name, mergeStats(left, right)] as const] : [];
    }),
  );
  return { stats, samples: a.samples + b.samples };
}

function union(a: Snapshot, b: Snapshot): Snapshot {
  return { iteration: 0, batches: a.batches + b.batches, ranges: mergeRanges(a.ranges, b.ranges) };
}

/** One cache of all the data of several of the same model and plan. Prefixes and float results mean nothing for a union: they are dropped. */
export function mergeCaches(caches: readonly CalibrationCache[]): CalibrationCache {
  const [first] = caches;
  if (caches.length === 1) return first!;
  const whole = caches.map(({ snapshots }) => snapshots.at(-1)!);
  return { ...first!, snapshots: [whole.reduce(union)], results: [] };
}
