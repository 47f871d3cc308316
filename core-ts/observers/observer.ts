import type { Kernels } from "../kernels/kernels.ts";
import type { TensorStats } from "./histogram.ts";

/** The integer grid a threshold is sought for. */
export interface RangeTarget {
  /** Largest integer of the grid: 127, 255, 32767 or 65535. */
  readonly levels: number;
  /** Whether the grid also holds -levels; if not, negative values are clipped to 0 whatever the threshold. */
  readonly signed: boolean;
}

export interface RangeOptions {
  /** Share of the magnitudes that `percentile` keeps, in (0, 1]. */
  readonly percent: number;
  readonly kernels: Kernels;
}

/**
 * A rule that picks the threshold: the magnitude that the largest integer of the grid stands for. In real units; at least 0, never above the
 * largest magnitude seen (see `magnitude`), and 0 only if that is 0.
 */
export interface Observer {
  range(stats: TensorStats, target: RangeTarget, options: RangeOptions): number;
}
