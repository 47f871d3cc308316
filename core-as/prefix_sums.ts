// Prefix sums over the folded histogram h[0..n) of |x|, in units of bins, values uniform within their bin. With them a
// candidate threshold costs as many steps as the grid has levels, not as the histogram has bins.
import { BINS, COUNT_ABOVE, COUNT_BELOW, ENTROPY_BELOW, EXCESS_ABOVE, NONZERO_BELOW, SQUARES_ABOVE } from "./memory";

@inline
export function at(table: usize, i: i32): f64 {
  return load<f64>((<usize>i << 3) + table);
}

@inline
function put(table: usize, i: i32, value: f64): void {
  store<f64>((<usize>i << 3) + table, value);
}

/** For edges i = 0..n: the sums over bins below i of h, h·log h and [h > 0]. */
export function sumBelow(n: i32): void {
  let count = 0.0, entropy = 0.0, nonzero = 0.0;
  for (let i = 0; i < n; i++) {
    put(COUNT_BELOW, i, count), put(ENTROPY_BELOW, i, entropy), put(NONZERO_BELOW, i, nonzero);
    const h = at(BINS, i);
    if (h > 0) {
      count += h;
      entropy += h * Math.log(h);
      nonzero += 1;
    }
  }
  put(COUNT_BELOW, n, count), put(ENTROPY_BELOW, n, entropy), put(NONZERO_BELOW, n, nonzero);
}

/** For edges i = 0..n: the sums over values v above i of 1, v - i and (v - i)², without cancellation. */
export function sumAbove(n: i32): void {
  let count = 0.0, excess = 0.0, squares = 0.0;
  put(COUNT_ABOVE, n, 0), put(EXCESS_ABOVE, n, 0), put(SQUARES_ABOVE, n, 0);
  for (let i = n - 1; i >= 0; i--) {
    const h = at(BINS, i);
    squares += 2 * excess + count + h / 3;
    excess += count + h / 2;
    count += h;
    put(COUNT_ABOVE, i, count), put(EXCESS_ABOVE, i, excess), put(SQUARES_ABOVE, i, squares);
  }
}

/** Sum of (v - t) over the values v > t. */
@inline
export function excessAbove(t: f64, n: i32): f64 {
  const k = <i32>t;
  if (k >= n) return 0;
  const rest = <f64>(k + 1) - t;
  return at(EXCESS_ABOVE, k + 1) + rest * (at(COUNT_ABOVE, k + 1) + 0.5 * rest * at(BINS, k));
}

/** Sum of (v - t)² over the values v > t. */
@inline
export function squaresAbove(t: f64, n: i32): f64 {
  const k = <i32>t;
  if (k >= n) return 0;
  const rest = <f64>(k + 1) - t;
  return at(SQUARES_ABOVE, k + 1) + rest * (2 * at(EXCESS_ABOVE, k + 1) + rest * (at(COUNT_ABOVE, k + 1) + rest * at(BINS, k) / 3));
}

/** How many values are below t. */
@inline
export function countBelow(t: f64, n: i32): f64 {
  const k = <i32>t;
  if (k >= n) return at(COUNT_ABOVE, 0);
  return at(COUNT_ABOVE, 0) - at(COUNT_ABOVE, k + 1) - (<f64>(k + 1) - t) * at(BINS, k);
}
