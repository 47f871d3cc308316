// Smallest and largest finite value, number of zeros and of non-finite values, in one pass.
// The fast pass ignores NaN by the choice of comparison and only notices that something is not finite; the rare
// array that has such values takes a second, slow pass.
import { RESULT } from "./memory";

/** Results: min, max, zeros, non-finite (f64 at RESULT). x: f32[n] at ptr, 16-byte aligned. */
export function minMax(ptr: usize, n: i32): void {
  if (ASC_FEATURE_SIMD) minMaxSimd(ptr, n);
  else minMaxScalar(ptr, n);
}

@inline
function finish(ptr: usize, n: i32, low: f32, high: f32, zeros: i32, sawNaN: bool): void {
  let count = 0;
  if (sawNaN || low == -Infinity || high == Infinity) {
    count = countNonFinite(ptr, n);
    low = finiteMin(ptr, n);
    high = finiteMax(ptr, n);
  }
  // Adding +0 turns -0 into +0, whose order among equals would depend on the number of lanes.
  store<f64>(RESULT, <f64>low + 0.0);
  store<f64>(RESULT, <f64>high + 0.0, 8);
  store<f64>(RESULT, <f64>zeros, 16);
  store<f64>(RESULT, <f64>count, 24);
}

/** x - x is 0 for finite x and NaN for NaN and the infinities. */
@inline
function isFiniteF32(x: f32): bool {
  return x - x == 0;
}

function countNonFinite(ptr: usize, n: i32): i32 {
  let count = 0;
  for (let i = 0; i < n; i++) count += i32(!isFiniteF32(load<f32>(ptr + (<usize>i << 2))));
  return count;
}

function finiteMin(ptr: usize, n: i32): f32 {
  let low: f32 = Infinity;
  for (let i = 0; i < n; i++) {
    const x = load<f32>(ptr + (<usize>i << 2));
    if (isFiniteF32(x) && x < low) low = x;
  }
  return low;
}

function finiteMax(ptr: usize, n: i32): f32 {
  let high: f32 = -Infinity;
  for (let i = 0; i < n; i++) {
    const x = load<f32>(ptr + (<usize>i << 2));
    if (isFiniteF32(x) && x > high) high = x;
  }
  return high;
}

@inline
function lesser(best: f32, x: f32): f32 {
  return select<f32>(x, best, x < best);
}

@inline
function greater(best: f32, x: f32): f32 {
  return select<f32>(x, best, x > best);
}

function minMaxScalar(ptr: usize, n: i32): void {
  let low0: f32 = Infinity, low1: f32 = Infinity;
  let high0: f32 = -Infinity, high1: f32 = -Infinity;
  let zeros = 0, nans = 0;
  const end = ptr + (<usize>n << 2);
  const pairsEnd = ptr + (<usize>(n & ~1) << 2);
  for (; ptr < pairsEnd; ptr += 8) {
    const a = load<f32>(ptr), b = load<f32>(ptr, 4);
    low0 = lesser(low0, a), high0 = greater(high0, a);
    low1 = lesser(low1, b), high1 = greater(high1, b);
    zeros += i32(a == 0) + i32(b == 0);
    nans |= i32(a != a) | i32(b != b);
  }
  if (ptr < end) {
    const a = load<f32>(ptr);
    low0 = lesser(low0, a), high0 = greater(high0, a);
    zeros += i32(a == 0);
    nans |= i32(a != a);
  }
  finish(end - (<usize>n << 2), n, lesser(low0, low1), greater(high0, high1), zeros, nans != 0);
}

function minMaxSimd(ptr: usize, n: i32): void {
  let low0 = f32x4.splat(Infinity), low1 = low0, low2 = low0, low3 = low0;
  let high0 = f32x4.splat(-Infinity), high1 = high0, high2 = high0, high3 = high0;
  let nans = i32x4.splat(0), zeros = nans, moreZeros = nans;
  const zero = f32x4.splat(0);
  const end = ptr + (<usize>n << 2);
  const blocksEnd = ptr + (<usize>(n & ~15) << 2);
  for (; ptr < blocksEnd; ptr += 64) {
    const a = v128.load(ptr), b = v128.load(ptr, 16), c = v128.load(ptr, 32), d = v128.load(ptr, 48);
    low0 = f32x4.pmin(low0, a), high0 = f32x4.pmax(high0, a);
    low1 = f32x4.pmin(low1, b), high1 = f32x4.pmax(high1, b);
    low2 = f32x4.pmin(low2, c), high2 = f32x4.pmax(high2, c);
    low3 = f32x4.pmin(low3, d), high3 = f32x4.pmax(high3, d);
    // The sum is NaN if a term is. It may also be NaN for infinities of both signs, which only takes the slow pass early.
    const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    nans = v128.or(nans, f32x4.ne(sum, sum));
    zeros = i32x4.add(zeros, i32x4.add(f32x4.eq(a, zero), f32x4.eq(b, zero)));
    moreZeros = i32x4.add(moreZeros, i32x4.add(f32x4.eq(c, zero), f32x4.eq(d, zero)));
  }
  low0 = f32x4.pmin(f32x4.pmin(low0, low1), f32x4.pmin(low2, low3));
  high0 = f32x4.pmax(f32x4.pmax(high0, high1), f32x4.pmax(high2, high3));
  zeros = i32x4.add(zeros, moreZeros);
  let low = lesser(lesser(f32x4.extract_lane(low0, 0), f32x4.extract_lane(low0, 1)),
    lesser(f32x4.extract_lane(low0, 2), f32x4.extract_lane(low0, 3)));
  let high = greater(greater(f32x4.extract_lane(high0, 0), f32x4.extract_lane(high0, 1)),
    greater(f32x4.extract_lane(high0, 2), f32x4.extract_lane(high0, 3)));
  // A comparison that holds is all ones, -1.
  let zeroCount = -(i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1) + i32x4.extract_lane(zeros, 2) + i32x4.extract_lane(zeros, 3));
  let sawNaN = v128.any_true(nans);
  for (; ptr < end; ptr += 4) {
    const x = load<f32>(ptr);
    low = lesser(low, x), high = greater(high, x);
    zeroCount += i32(x == 0);
    sawNaN = sawNaN || x != x;
  }
  finish(end - (<usize>n << 2), n, low, high, zeroCount, sawNaN);
}
