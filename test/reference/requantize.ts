import type { Call } from "./integers.ts";

/** clamp((sum + 2^(q-1)) >> q), the rounding and saturation every op ends with; BigInt shifts are floor shifts. */
export function roundShift(call: Call, sum: bigint, q: bigint): number {
  const rounded = (sum + (q > 0n ? 1n << (q - 1n) : 0n)) >> q;
  const [low, high] = [BigInt(call.int("qmin")), BigInt(call.int("qmax"))];
  return Number(rounded < low ? low : rounded > high ? high : rounded);
}

/** spec/fixed-point-ir.md, requantize, with multiplier and shift of length 1 or one per channel; `q1` only for wide accumulators. */
export function requantizeTwin(
  call: Call,
  acc: number | bigint,
  by: {
    readonly multiplier: readonly number[];
    readonly shift: readonly number[];
    readonly channel?: number;
    readonly q1?: number;
  },
): number {
  const at = (values: readonly number[]) =>
    BigInt(values.length === 1 ? values[0]! : values[by.channel ?? 0]!);
  let value = BigInt(acc);
  if (by.q1 !== undefined) {
    value >>= BigInt(by.q1);
    const limit = 2n ** 31n;
    value = value < -limit ? -limit : value > limit - 1n ? limit - 1n : value;
  }
  return roundShift(call, value * at(by.multiplier), at(by.shift));
}

/** Largest integer whose square is not above n, by bisection. */
export function integerRoot(n: bigint): bigint {
  let [low, high] = [0n, 1n << 32n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle <= n) low = middle;
    else high = middle;
  }
  return low;
}
