// Entropy calibration (S. Migacz, "8-bit Inference with TensorRT", GTC 2017). For a threshold of i bins:
//   P = h[0..i) with everything beyond added to its last bin,
//   Q = h[0..i) in `groups` equal groups, each spread evenly over those of its bins where P is not 0,
//   KL(P/ΣP || Q/ΣQ) = (Σ P·log P - Σ P·log Q) / ΣP - log ΣP + log ΣQ.
// Within a group log Q is constant, so the second sum costs one logarithm per group, the first comes from prefix sums.
import { BINS, COUNT_BELOW, ENTROPY_BELOW, NONZERO_BELOW } from "./memory";
import { distortion } from "./distortion";
import { at, sumBelow } from "./prefix_sums";

@inline
function xlogx(x: f64): f64 {
  return x > 0 ? x * Math.log(x) : 0;
}

/**
 * KL of the threshold of i bins, groups <= i <= n. Q can be 0 where P is not only in the last group, when nothing but outliers
 * is there: its mass is then taken as `least`; with least = 0 the result is Infinity. Needs `sumBelow(n)`.
 */
function divergence(i: i32, n: i32, groups: i32, least: f64): f64 {
  const total = at(COUNT_BELOW, n);
  let kept = at(COUNT_BELOW, i);
  const outliers = total - kept;
  if (kept == 0) return Infinity;
  const last = at(BINS, i - 1);
  const first = at(ENTROPY_BELOW, i - 1) + xlogx(last + outliers);
  let second = 0.0;
  let begin = 0;
  for (let g = 1; g < groups; g++) {
    const end = g * i / groups;
    const sum = at(COUNT_BELOW, end) - at(COUNT_BELOW, begin);
    if (sum > 0) second += sum * Math.log(sum / (at(NONZERO_BELOW, end) - at(NONZERO_BELOW, begin)));
    begin = end;
  }
  let sum = kept - at(COUNT_BELOW, begin);
  const mass = sum + outliers;
  if (mass > 0) {
    if (sum == 0) sum = least, kept += least;
    if (sum == 0) return Infinity;
    const nonzero = at(NONZERO_BELOW, i - 1) - at(NONZERO_BELOW, begin) + f64(last + outliers > 0);
    second += mass * Math.log(sum / nonzero);
  }
  return (first - second) / total - Math.log(total) + Math.log(kept);
}

/** Coarse candidates per search; the fine ones are every bin around the best coarse one. */
const COARSE_STEPS: i32 = 224;

/**
 * The candidate of the smallest divergence among those of a distortion of at most `limit`, with `least` as for
 * divergence; on equal divergence the larger threshold. n itself is always a candidate. Needs `sumBelow(n)`, and `sumAbove(n)` if limit is finite.
 */
export function leastDivergence(n: i32, levels: i32, limit: f64, least: f64): i32 {
  const groups = levels + 1;
  const stride = (n - groups + COARSE_STEPS - 1) / COARSE_STEPS;
  let best = n, smallest = divergence(n, n, groups, least);
  for (let i = n - stride; i >= groups; i -= stride) {
    const kl = divergence(i, n, groups, least);
    if (kl < smallest && admitted(i, n, levels, limit)) smallest = kl, best = i;
  }
  const center = best;
  for (let i = min(n, center + stride - 1), end = max(groups, center - stride + 1); i >= end; i--) {
    const kl = divergence(i, n, groups, least);
    if (kl < smallest && admitted(i, n, levels, limit)) smallest = kl, best = i;
  }
  return best;
}

@inline
function admitted(i: i32, n: i32, levels: i32, limit: f64): bool {
  return limit == Infinity || distortion(<f64>i, n, levels) <= limit;
}

/**
 * Threshold in bins; bins at BINS, n of them, the last one not empty. A grid with no fewer levels than the histogram has
 * bins tells every bin apart: nothing is gained by clipping, and the answer is n.
 */
export function searchKl(n: i32, levels: i32): f64 {
  if (n <= levels + 1) return <f64>n;
  sumBelow(n);
  return <f64>leastDivergence(n, levels, Infinity, 0);
}
