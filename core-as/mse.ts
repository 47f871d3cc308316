// Threshold of the smallest distortion: every coarse step, then a fine grid around the best one.
// On equal distortion the larger threshold wins, so scans go downwards.
import { distortion } from "./distortion";
import { sumAbove } from "./prefix_sums";

const COARSE_STEPS: i32 = 512;
const FINE_STEPS: i32 = 16;

/** Threshold in bins; bins at BINS, n of them, the last one not empty. */
export function searchMse(n: i32, levels: i32): f64 {
  sumAbove(n);
  const stride = (n + COARSE_STEPS - 1) / COARSE_STEPS;
  let best = <f64>n, least = distortion(best, n, levels);
  for (let i = n - stride; i > 0; i -= stride) {
    const d = distortion(<f64>i, n, levels);
    if (d < least) least = d, best = <f64>i;
  }
  const center = best;
  for (let k = FINE_STEPS - 1; k > -FINE_STEPS; k--) {
    const t = center + <f64>(k * stride) / <f64>FINE_STEPS;
    if (t > <f64>n || t <= 0) continue;
    const d = distortion(t, n, levels);
    if (d < least) least = d, best = t;
  }
  return best;
}
