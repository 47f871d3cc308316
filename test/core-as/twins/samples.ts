import { expect } from "vitest";

/** Seeded generator (mulberry32) of numbers in [0, 1). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed values (Box-Muller). */
export function normal(length: number, seed: number): Float32Array {
  const random = seeded(seed);
  return Float32Array.from(
    { length },
    () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
  );
}

const DENORMAL = 1.401298464324817e-45;
const EXTREMES = [
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    -0,
    DENORMAL,
    -DENORMAL,
    1e-39,
    -1e-39,
  ],
  ...[3.4028234663852886e38, -3.4028234663852886e38, 1, -1, 0.5, -0.5, 2 ** -100, -(2 ** -100), 1 + 2 ** -23],
];

/** Lengths around the lanes, the unrolled blocks and, with `chunk`, the pieces in which large arrays are processed. */
export const LENGTHS = [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 31, 33, 49];

/** Normal values; every third one is replaced by an extreme value, finite only or not. */
export function extreme(length: number, seed: number, finite = false): Float32Array {
  const random = seeded(seed);
  const pool = finite ? EXTREMES.filter(Number.isFinite) : EXTREMES;
  return normal(length, seed).map((x) => (random() < 1 / 3 ? pool[Math.floor(random() * pool.length)]! : x));
}

type Numbers = Float32Array | Float64Array | Int32Array;

/** Fails unless both hold the same bits: tells -0 from 0. Arrays are compared as bytes first, as `toEqual` is slow on long ones. */
export function expectSameBits(found: Numbers, expected: Numbers): void {
  const [a, b] = [found, expected].map((x) => Buffer.from(x.buffer, x.byteOffset, x.byteLength));
  if (!a!.equals(b!)) expect(found).toEqual(expected);
  expect(a!.equals(b!)).toBe(true);
}
