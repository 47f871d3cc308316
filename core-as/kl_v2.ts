// The search of kl.ts among the thresholds that core-ts/observers/kl_v2.ts admits.
import { distortion } from "./distortion";
import { divergence } from "./kl";
import { sumAbove, sumBelow } from "./prefix_sums";

/** Threshold in bins; bins at BINS, n of them, the last one not empty. */
export function searchKlV2(n: i32, levels: i32): f64 {
  const groups = levels + 1;
  if (n <= groups) return <f64>n;
  sumBelow(n);
  sumAbove(n);
  const limit = distortion(<f64>n, n, levels);
  let best = n, least = divergence(n, n, groups);
  for (let i = n - 1; i >= groups; i--) {
    const kl = divergence(i, n, groups);
    if (kl < least && distortion(<f64>i, n, levels) <= limit) least = kl, best = i;
  }
  return <f64>best;
}
