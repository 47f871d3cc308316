// Histogram over power-of-two limits. |x| is scaled by a power of two and truncated, which is exact; the sign picks the
// half. Bin HALF + k holds x in [k, k+1)·w, bin HALF - 1 - k holds x in (-(k+1), -k]·w; ±0 is in bin HALF, values at or
// beyond the limits in the outermost bins. Counts go to two u32 tables in turn, because on data with many equal values
// (zeros after a Relu) one table would wait for its own last store; more tables gained nothing, and cost at every flush.
import { HALF, TABLE_0, TABLE_1, TABLE_BINS, TOTALS } from "./memory";

/** Adds both tables to the totals, f64[TABLE_BINS] at TOTALS, and zeroes them. */
export function flushTables(): void {
  if (ASC_FEATURE_SIMD) addTotalsSimd();
  else addTotalsScalar();
  memory.fill(TABLE_0, 0, TABLE_1 - TABLE_0 + (<usize>TABLE_BINS << 2));
}

function addTotalsScalar(): void {
  for (let i: usize = 0; i < <usize>TABLE_BINS; i++) {
    const count = load<u32>(i << 2, TABLE_0) + load<u32>(i << 2, TABLE_1);
    store<f64>(i << 3, load<f64>(i << 3, TOTALS) + <f64>count, TOTALS);
  }
}

function addTotalsSimd(): void {
  for (let i: usize = 0; i < <usize>TABLE_BINS; i += 4) {
    const counts = i32x4.add(v128.load(i << 2, TABLE_0), v128.load(i << 2, TABLE_1));
    const low = f64x2.convert_low_i32x4_u(counts);
    const high = f64x2.convert_low_i32x4_u(i64x2.shuffle(counts, counts, 1, 1));
    v128.store(i << 3, f64x2.add(v128.load(i << 3, TOTALS), low), TOTALS);
    v128.store(i << 3, f64x2.add(v128.load(i << 3, TOTALS + 16), high), TOTALS + 16);
  }
}

/** Counts the finite values of x: f32[n] at ptr, 16-byte aligned; inverseWidth = HALF / 2^exponent. */
export function addToTables(ptr: usize, n: i32, inverseWidth: f32): void {
  const nonFinite = ASC_FEATURE_SIMD ? addSimd(ptr, n, inverseWidth) : addScalar(ptr, n, inverseWidth);
  if (nonFinite) takeBackNonFinite(ptr, n, inverseWidth);
}

@inline
function binOffset(x: f32, inverseWidth: f32): usize {
  const k = min(<i32>(abs<f32>(x) * inverseWidth), HALF - 1);
  return <usize>(HALF + (k ^ -i32(x < 0))) << 2;
}

/** The passes count every value; those that must not count are found again and taken back (u32 wraps around). */
function takeBackNonFinite(ptr: usize, n: i32, inverseWidth: f32): void {
  for (let i = 0; i < n; i++) {
    const x = load<f32>(ptr + (<usize>i << 2));
    if (x - x == 0) continue;
    const offset = binOffset(x, inverseWidth);
    store<u32>(offset, load<u32>(offset, TABLE_0) - 1, TABLE_0);
  }
}

function addScalar(ptr: usize, n: i32, inverseWidth: f32): bool {
  let bad = 0;
  const end = ptr + (<usize>n << 2);
  const pairsEnd = ptr + (<usize>(n & ~1) << 2);
  for (; ptr < pairsEnd; ptr += 8) {
    const a = load<f32>(ptr), b = load<f32>(ptr, 4);
    bad |= i32(a - a != 0) | i32(b - b != 0);
    const i = binOffset(a, inverseWidth), j = binOffset(b, inverseWidth);
    store<u32>(i, load<u32>(i, TABLE_0) + 1, TABLE_0);
    store<u32>(j, load<u32>(j, TABLE_1) + 1, TABLE_1);
  }
  if (ptr < end) {
    const a = load<f32>(ptr);
    bad |= i32(a - a != 0);
    const i = binOffset(a, inverseWidth);
    store<u32>(i, load<u32>(i, TABLE_0) + 1, TABLE_0);
  }
  return bad != 0;
}

@inline
function offsets(x: v128, scale: v128): v128 {
  const k = i32x4.min_s(i32x4.trunc_sat_f32x4_s(f32x4.mul(f32x4.abs(x), scale)), i32x4.splat(HALF - 1));
  const negative = f32x4.lt(x, f32x4.splat(0));
  return i32x4.shl(i32x4.add(v128.xor(k, negative), i32x4.splat(HALF)), 2);
}

@inline
function countFour(v: v128): void {
  const i = <usize>i32x4.extract_lane(v, 0), j = <usize>i32x4.extract_lane(v, 1);
  const k = <usize>i32x4.extract_lane(v, 2), l = <usize>i32x4.extract_lane(v, 3);
  store<u32>(i, load<u32>(i, TABLE_0) + 1, TABLE_0);
  store<u32>(j, load<u32>(j, TABLE_1) + 1, TABLE_1);
  store<u32>(k, load<u32>(k, TABLE_0) + 1, TABLE_0);
  store<u32>(l, load<u32>(l, TABLE_1) + 1, TABLE_1);
}

function addSimd(ptr: usize, n: i32, inverseWidth: f32): bool {
  const scale = f32x4.splat(inverseWidth);
  let bad = i32x4.splat(0);
  const zero = f32x4.splat(0);
  const end = ptr + (<usize>n << 2);
  const blocksEnd = ptr + (<usize>(n & ~7) << 2);
  for (; ptr < blocksEnd; ptr += 32) {
    const a = v128.load(ptr), b = v128.load(ptr, 16);
    bad = v128.or(bad, f32x4.ne(f32x4.add(f32x4.sub(a, a), f32x4.sub(b, b)), zero));
    const i = offsets(a, scale), j = offsets(b, scale);
    countFour(i);
    countFour(j);
  }
  let nonFinite = v128.any_true(bad);
  for (; ptr < end; ptr += 4) {
    const a = load<f32>(ptr);
    nonFinite = nonFinite || a - a != 0;
    const i = binOffset(a, inverseWidth);
    store<u32>(i, load<u32>(i, TABLE_0) + 1, TABLE_0);
  }
  return nonFinite;
}
