/**
 * What a grid does to the values behind a histogram, x taken as uniform within each bin and zeros as exact. With e(x) = x - s·n(x), n(x) the nearest integer
 * to x/s within [qmin, qmax], the antiderivative of e² is
 *
 *   F(x) = n·s³/12 + e(x)³/3
 *
 * (each whole step between holds s³/12; beyond the grid n stays and e grows: that is clipping), so that the mean of e² over a bin [a, b] is
 * (F(b) - F(a))/(b - a). The same quantity as the kernel of observer mse minimises (core-as/distortion.ts), here for one given grid.
 */
import { HALF_BINS } from "../kernels/bins.ts";
import { binWidth, type TensorStats } from "./histogram.ts";

export interface Grid {
  readonly scale: number;
  readonly qmin: number;
  readonly qmax: number;
}

/** First and last bin that is not empty; first > last when all are. */
function occupied(bins: Float64Array): [first: number, last: number] {
  let [first, last] = [0, bins.length - 1];
  while (first <= last && bins[first] === 0) first++;
  while (last >= first && bins[last] === 0) last--;
  return [first, last];
}

/** Mean over all values of g whose antiderivative is given; zeros count with g = 0. */
function mean(stats: TensorStats, antiderivative: (x: number) => number): number {
  const width = binWidth(stats);
  if (width === 0 || stats.count === 0) return 0;
  const { bins, zeros, count } = stats;
  const [first, last] = occupied(bins);
  let left = antiderivative((first - HALF_BINS) * width);
  let total = 0;
  for (let i = first; i <= last; i++) {
    const right = antiderivative((i + 1 - HALF_BINS) * width);
    const inside = i === HALF_BINS ? bins[i]! - zeros : bins[i]!;
    total += inside * (right - left);
    left = right;
  }
  return total / (width * count);
}

/** Mean squared error of rounding and clipping, in squared real units. The sum of `mean` written out: reports ask for it thousands of times. */
export function meanError(stats: TensorStats, { scale, qmin, qmax }: Grid): number {
  const width = binWidth(stats);
  if (width === 0 || stats.count === 0) return 0;
  const { bins, zeros } = stats;
  const [first, last] = occupied(bins);
  const [step, inverse, third] = [(scale * scale * scale) / 12, 1 / scale, 1 / 3];
  let left = 0;
  let total = 0;
  for (let i = first; i <= last + 1; i++) {
    const x = (i - HALF_BINS) * width;
    // Not half to even: on ties both neighbours are equally far.
    let n = Math.floor(x * inverse + 0.5);
    if (n < qmin) n = qmin;
    else if (n > qmax) n = qmax;
    const rest = x - n * scale;
    const right = n * step + rest * rest * rest * third;
    if (i > first) total += bins[i - 1]! * (right - left);
    if (i === HALF_BINS + 1) total -= zeros * (right - left);
    left = right;
  }
  return total / (width * stats.count);
}

/** Mean of x². */
export function meanSquare(stats: TensorStats): number {
  return mean(stats, (x) => (x * x * x) / 3);
}

/** Share of the values further beyond the grid than half a step, 0..1. */
export function shareBeyond(stats: TensorStats, { scale, qmin, qmax }: Grid): number {
  const [low, high] = [(qmin - 0.5) * scale, (qmax + 0.5) * scale];
  const isInside = stats.min >= low && stats.max <= high;
  return isInside || stats.count === 0 ? 0 : mean(stats, (x) => Math.min(x - low, 0) + Math.max(x - high, 0));
}
