// The search of kl.ts among the thresholds that core-ts/observers/kl_v2.ts admits.
import { distortion } from "./distortion";
import { leastDivergence } from "./kl";
import { sumAbove, sumBelow } from "./prefix_sums";

/** Mass of a last group that holds nothing but outliers: the prior of Jeffreys. */
const HALF_A_COUNT: f64 = 0.5;

/** Threshold in bins; bins at BINS, n of them, the last one not empty. */
export function searchKlV2(n: i32, levels: i32): f64 {
  if (n <= levels + 1) return <f64>n;
  sumBelow(n);
  sumAbove(n);
  return <f64>leastDivergence(n, levels, distortion(<f64>n, n, levels), HALF_A_COUNT);
}
