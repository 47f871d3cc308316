import type { BitWidth } from "../chips/index.ts";
import { HALF_BINS } from "../kernels/bins.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { meanError, meanSquare } from "../observers/distortion.ts";
import { binWidth, magnitude, type TensorStats } from "../observers/histogram.ts";
import { OBSERVERS, type ObserverName } from "../observers/index.ts";
import type { RangeOptions } from "../observers/observer.ts";
import { intType } from "../quantize/scale.ts";
import { HEADROOM, observedScale } from "../quantize/thresholds.ts";
import { sqnrDb } from "./layer-error.ts";
import type { ErrorCurve, LayerHistogram, Width } from "./report.ts";

/** Most bins that are shown. */
const SHOWN_BINS = 256;
/** Thresholds of a curve are a sixth of an octave apart: 1 dB of rounding. */
const RATIO = 0.890899;
/** Where a curve ends, of the largest magnitude: there 8 bits are as fine as 16 at the whole range. */
const LOWEST = 1 / 256;
/** In the place of what is exact, since JSON has no infinity; float32 ends at 150 dB. */
const EXACT_DB = 200;

/** What the thresholds of a value depend on. */
export interface Subject {
  readonly value: string;
  readonly stats: TensorStats;
  readonly source: LayerHistogram["source"];
  readonly signed: boolean;
  readonly limit?: number | undefined;
  /** The magnitude in force. */
  readonly threshold: number;
}

/** Bins by twos until the occupied ones are few enough; a border of bins stays at 0. */
function rebinned({ bins, min, max, ...stats }: TensorStats) {
  const full = binWidth({ bins, min, max, ...stats });
  const of = (x: number) => Math.min(Math.max(Math.floor(x / full), -HALF_BINS), HALF_BINS - 1);
  const [first, last] = full === 0 ? [0, 0] : [of(min), of(max)];
  let fold = 1;
  while (Math.floor(last / fold) - Math.floor(first / fold) >= SHOWN_BINS) fold *= 2;
  const [from, to] = [Math.floor(first / fold), Math.floor(last / fold) + 1];
  const counts = Array.from({ length: to - from }, (_, i) => {
    const start = HALF_BINS + (from + i) * fold;
    return bins.subarray(start, start + fold).reduce((sum, count) => sum + count, 0);
  });
  // A value that is all zeros has no width: one bin of any.
  const width = full === 0 ? 1 : full * fold;
  return { low: from * width, high: to * width, counts };
}

function thresholdsAt({ value, stats, signed, limit }: Subject, bits: BitWidth, options: RangeOptions) {
  const { qmax } = intType(bits, signed);
  const names = Object.keys(OBSERVERS) as ObserverName[];
  return Object.fromEntries(
    names.map((observer) => {
      const own = { bits, signed, observer, ...(limit === undefined ? {} : { limit }) };
      return [observer, observedScale(value, own, stats, options) * qmax];
    }),
  ) as Record<ObserverName, number>;
}

/** Expected SQNR in dB of a value on a grid of this threshold, the largest integer's magnitude; see observers/distortion.ts. Infinity: exact. */
export function expectedSqnr(
  { stats, signed }: Pick<Subject, "stats" | "signed">,
  bits: BitWidth,
  threshold: number,
  kernels: Kernels,
): number {
  const { qmin, qmax } = intType(bits, signed);
  return sqnrDb(meanSquare(stats), meanError(stats, { scale: threshold / qmax, qmin, qmax }), kernels);
}

function curveOf(subject: Subject, kernels: Kernels): ErrorCurve {
  const { stats, signed, threshold } = subject;
  const largest = magnitude(stats, signed);
  const highest = Math.max(largest * HEADROOM[16], threshold);
  const thresholds = [highest];
  while (thresholds.at(-1)! > largest * LOWEST) thresholds.push(thresholds.at(-1)! * RATIO);
  const at = (bits: BitWidth) =>
    thresholds.map((one) => {
      const expected = Math.min(expectedSqnr(subject, bits, one, kernels), EXACT_DB);
      return Math.round(expected * 100) / 100;
    });
  return { highest, ratio: RATIO, sqnrDb: { "8": at(8), "16": at(16) } };
}

/** Histogram, every observer's threshold at both widths, and what error each threshold would bring. */
export function layerHistogram(subject: Subject, options: RangeOptions): LayerHistogram {
  const { stats, source } = subject;
  return {
    source,
    ...rebinned(stats),
    min: stats.min,
    max: stats.max,
    zeros: stats.zeros,
    thresholds: {
      "8": thresholdsAt(subject, 8, options),
      "16": thresholdsAt(subject, 16, options),
    } satisfies Record<Width, unknown>,
    curve: curveOf(subject, options.kernels),
  };
}
