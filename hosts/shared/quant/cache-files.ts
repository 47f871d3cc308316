import { type CalibrationCache, decodeCache } from "../../../core-ts/calibrate/cache/format.ts";
import { checkCache } from "../../../core-ts/calibrate/cache/identity.ts";
import { mergeCaches } from "../../../core-ts/calibrate/merge-ranges.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import type { Model } from "../../../core-ts/graph/graph.ts";
import type { QuantPlan } from "../../../core-ts/plan/plan.ts";
import type { Files } from "../ports.ts";

export const CACHE_OPTION = "-cd/--cache-distribution";

/** In a folder, the cache is {name}_calibration.cache. */
async function fileOf(files: Files, path: string, stem: string): Promise<string> {
  const isFolder = /[\\/]$/.test(path) || (await files.isFolder(path));
  return isFolder ? files.join(path, `${stem}_calibration.cache`) : path;
}

/**
 * The files that -cd names, and whether they are there. One that is not is to be made; of several all have to be there.
 * @throws ConfigError naming those that are not.
 */
export async function findCaches(
  files: Files,
  given: readonly string[],
  stem: string,
): Promise<{ readonly paths: readonly string[]; readonly areThere: boolean }> {
  const paths = await Promise.all(given.map((path) => fileOf(files, path, stem)));
  const there = await Promise.all(paths.map((path) => files.exists(path)));
  const missing = paths.filter((_, i) => !there[i]);
  if (missing.length > 0 && paths.length > 1) {
    throw new ConfigError(
      `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not there; several caches are read and merged, and a new one is made only where -cd names it alone`,
      { option: CACHE_OPTION },
    );
  }
  return { paths, areThere: missing.length === 0 };
}

/** Reads, checks and merges. @throws ConfigError naming the file that is damaged, or belongs to another model or plan. */
export async function readCaches(
  files: Files,
  paths: readonly string[],
  use: { readonly model: Model; readonly plan: QuantPlan },
): Promise<CalibrationCache> {
  const caches: CalibrationCache[] = [];
  for (const file of paths) {
    const cache = decodeCache(await files.read(file, CACHE_OPTION), file);
    checkCache(cache, { ...use, file });
    caches.push(cache);
  }
  return mergeCaches(caches);
}
