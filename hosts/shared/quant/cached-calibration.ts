import {
  type CalibrationCache,
  encodeCache,
  type FloatResult,
} from "../../../core-ts/calibrate/cache/format.ts";
import {
  DataFingerprint,
  digestOf,
  modelDigest,
  unifiedPairs,
} from "../../../core-ts/calibrate/cache/identity.ts";
import { tappedValues } from "../../../core-ts/calibrate/calibrate.ts";
import { ConfigError, UnsupportedError } from "../../../core-ts/errors.ts";
import { comparedBatches } from "../infer/reference.ts";
import { CACHE_OPTION, findCaches, readCaches } from "./cache-files.ts";
import { type Calibrated, calibrateModel, runFloat, type Snapshot, type Work } from "./work.ts";

/** What the float model's result depends on, besides the data. */
async function functionKey({
  infer,
  ports,
}: Work): Promise<Omit<FloatResult, "data" | "stoppedAfter" | "value">> {
  const script = infer.script && digestOf(await ports.files.read(infer.script, "-uds/--user-defined-script"));
  return {
    inferFunction: infer.name,
    script: script ?? "",
    iteration: infer.iteration,
    batchSize: infer.batchSize,
  };
}

/** Calibrates, and writes what was learned to `path` before anything else can go wrong. */
async function calibrateAndStore(work: Work, path: string): Promise<Calibrated> {
  const { files } = work.ports;
  const { folder, name } = files.split(path);
  const staging = await files.stage(folder, CACHE_OPTION);
  try {
    const print = new DataFingerprint();
    const wanted = work.settings.iterations.toSorted((a, b) => a - b);
    const calibrated = await calibrateModel({ ...work, onFeeds: (feeds) => print.add(feeds) }, wanted);
    const result: FloatResult = {
      ...(await functionKey(work)),
      data: print.digest(),
      stoppedAfter: calibrated.evaluation.stoppedAfter ?? 0,
      value: await calibrated.float(),
    };
    const cache: CalibrationCache = {
      model: modelDigest(work.prepared.calibrationModel),
      unified: unifiedPairs(work.prepared.plan),
      snapshots: wanted.map((iteration) => ({
        iteration,
        batches: Math.min(iteration, calibrated.batches),
        ranges: calibrated.after(iteration).ranges,
      })),
      results: [result],
    };
    await staging.write(name, encodeCache(cache));
    await staging.publish();
    work.ports.terminal.err(`Calibration cache written to ${path}\n`);
    return { ...calibrated, notes: () => [] };
  } finally {
    await staging.discard();
  }
}

/** Statistics after so many batches. @throws ConfigError when several numbers are wanted and the cache lacks one. */
function snapshots(cache: CalibrationCache, { settings }: Work, source: string): Map<number, Snapshot> {
  const whole = cache.snapshots.at(-1)!;
  return new Map(
    settings.iterations.map((wanted) => {
      const found = cache.snapshots.find(({ iteration }) => iteration === wanted);
      if (!found && settings.iterations.length > 1) {
        const held = cache.snapshots.map(({ batches }) => batches).join(", ");
        throw new ConfigError(
          `-i asks for ${wanted} batches, and ${source} holds statistics after ${held}; give such numbers, or another path with -cd for a new cache`,
          { option: CACHE_OPTION },
        );
      }
      const { ranges } = found ?? whole;
      return [wanted, { ranges, samples: ranges.samples }];
    }),
  );
}

/** The float model's result: the stored one where function and data are the same, or else a run of the float model. */
class StoredResult {
  readonly #print = new DataFingerprint();
  #value: Promise<number> | undefined;
  #isComplete = false;
  readonly notes: string[] = [];

  constructor(
    private readonly work: Work,
    private readonly stored: FloatResult | undefined,
  ) {}

  /** What the first evaluation feeds, for comparison with what the calibration was fed. */
  readonly onFeeds: NonNullable<Work["onFeeds"]> = (feeds) => {
    if (!this.#isComplete) this.#print.add(feeds);
  };

  readonly value = (): Promise<number> => {
    this.#isComplete = true;
    this.#value ??= this.#find();
    return this.#value;
  };

  async #find(): Promise<number> {
    if (this.stored?.data === this.#print.digest()) return this.stored.value;
    if (this.stored)
      this.notes.push(
        "the data fed now are not those the calibration cache was made from; remove it if ranges are to come from these",
      );
    return runFloat({ ...this.work, ...(this.stored ? { stoppedAfter: this.stored.stoppedAfter } : {}) });
  }
}

async function loadCaches(work: Work, paths: readonly string[]): Promise<Calibrated> {
  const { prepared, infer } = work;
  const source = paths.join(", ");
  const cache = await readCaches(work.ports.files, paths, {
    model: prepared.calibrationModel,
    plan: prepared.plan,
  });
  const held = snapshots(cache, work, source);
  const whole = cache.snapshots.at(-1)!;
  const key = await functionKey(work);
  const known = cache.results.find((result) =>
    Object.entries(key).every(([name, value]) => result[name as keyof typeof key] === value),
  );
  // Such a function compares with what the float model answered: that has to be run first, as far as it looks.
  const compared = comparedBatches(work.settings);
  const result = new StoredResult(work, compared > 0 ? undefined : known);
  const reference =
    compared > 0
      ? await runFloat({ ...work, infer: { ...infer, iteration: Math.min(infer.iteration, compared) } })
      : undefined;
  return {
    float: reference === undefined ? result.value : async () => reference,
    after: (batches) => held.get(batches)!,
    batches: whole.batches,
    evaluation: { onFeeds: result.onFeeds, stoppedAfter: known?.stoppedAfter ?? 0 },
    source: `from ${source}`,
    notes: () => [...otherCount(cache, work, source), ...result.notes],
  };
}

function otherCount({ snapshots }: CalibrationCache, { settings }: Work, source: string): string[] {
  const whole = snapshots.at(-1)!;
  const { iteration } = settings;
  if (snapshots.some((snapshot) => snapshot.iteration === iteration)) return [];
  return [
    `-i ${iteration} is for the evaluation: ${source} holds statistics of ${whole.batches} batches, all of which are used`,
  ];
}

/**
 * Ranges that need no run of the model: none with -lsj or a QDQ model's own scales, else those of the caches of -cd.
 * @throws UnsupportedError when there is nothing of the kind.
 */
export async function knownRanges(work: Work): Promise<Pick<Calibrated, "after" | "source" | "notes">> {
  const { settings, ports, prepared, host } = work;
  const { paths, areThere } = await findCaches(
    ports.files,
    settings.caches,
    ports.files.stem(settings.model),
  );
  if (tappedValues(prepared.plan).length === 0) {
    const nothing: Snapshot = { ranges: { stats: new Map(), samples: 0 }, samples: 0 };
    return { after: () => nothing, notes: () => [] };
  }
  if (paths.length === 0 || !areThere) {
    throw new UnsupportedError(
      `no model can be run here (${host.backend.unavailable}), so that nothing can be calibrated; give a calibration cache (-cd) or scales (-lsj) of a run elsewhere`,
    );
  }
  const source = paths.join(", ");
  const use = { model: prepared.calibrationModel, plan: prepared.plan };
  const held = snapshots(await readCaches(ports.files, paths, use), work, source);
  return { after: (batches) => held.get(batches)!, source: `from ${source}`, notes: () => [] };
}

/** The ranges, and the float model's result: from the cache of -cd where there is one, or else by a pass over the data, which then makes it. */
export async function obtainRanges(work: Work): Promise<Calibrated> {
  const { settings, ports } = work;
  if (settings.caches.length === 0) return calibrateModel(work, settings.iterations);
  const { paths, areThere } = await findCaches(
    ports.files,
    settings.caches,
    ports.files.stem(settings.model),
  );
  return areThere ? loadCaches(work, paths) : calibrateAndStore(work, paths[0]!);
}
