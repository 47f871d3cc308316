// Sum of squared errors of quantizing the histogram with threshold t: levels j·s, j = 0..L, s = t / L, larger values
// saturate. Written out per cell and summed by parts, everything but one tail integral per cell boundary cancels:
//   D(t) = Σ v² - 2·s·Σ_{j=0}^{L-1} excess((j + 1/2)·s),   excess(b) = Σ_{v > b} (v - b).
// A grid finer than the bins (16 bit) has a uniform error inside the threshold: D(t) = s²/12·count(v < t) + Σ_{v > t} (v - t)².
import { HALF, SQUARES_ABOVE } from "./memory";
import { at, countBelow, excessAbove, squaresAbove } from "./prefix_sums";

/** Needs `sumAbove(n)`; in bins². */
export function distortion(t: f64, n: i32, levels: i32): f64 {
  const s = t / <f64>levels;
  if (levels > HALF) return s * s / 12 * countBelow(t, n) + squaresAbove(t, n);
  let sum = 0.0;
  for (let j = 0; j < levels; j++) {
    const boundary = (<f64>j + 0.5) * s;
    if (boundary >= <f64>n) break;
    sum += excessAbove(boundary, n);
  }
  return at(SQUARES_ABOVE, 0) - 2 * s * sum;
}
