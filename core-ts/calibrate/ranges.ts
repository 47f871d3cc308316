import type { TensorStats } from "../observers/histogram.ts";

/** What calibration learned: the statistics of every value that owns a scale. */
export interface Ranges {
  readonly stats: ReadonlyMap<string, TensorStats>;
  /** Samples (rows of the batch axis) that were run. */
  readonly samples: number;
}
