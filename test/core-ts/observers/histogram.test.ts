import { beforeAll, describe, expect, test } from "vitest";
import { HALF_BINS, type Kernels } from "../../../core-ts/kernels/kernels.ts";
import {
  binWidth,
  collect,
  createStats,
  foldMagnitudes,
  magnitude,
  mergeStats,
  type TensorStats,
} from "../../../core-ts/observers/histogram.ts";
import { expectSameBits, extreme, normal, seeded } from "../../core-as/twins/samples.ts";
import { naiveExponent, naiveHistogram, naiveMinMax } from "../../core-as/twins/statistics.ts";
import { loadKernels } from "../../support/kernels.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels("simd");
});

const statsOf = (...batches: Float32Array[]): TensorStats =>
  batches.reduce((stats, x) => collect(stats, x, kernels), createStats());

function expectSameStats(a: TensorStats, b: TensorStats) {
  expectSameBits(a.bins, b.bins);
  expect({ ...a, bins: null }).toEqual({ ...b, bins: null });
}

/** Batches whose magnitudes differ by up to 2^60; some all zero, some empty, some not finite. */
function batchesOf(seed: number): Float32Array[] {
  const random = seeded(seed);
  return Array.from({ length: 6 }, (_, i) => {
    const kind = Math.floor(random() * 5);
    const length = Math.floor(random() * 40);
    if (kind === 0) return new Float32Array(length);
    if (kind === 1) return extreme(length, seed + i);
    const factor = 2 ** Math.floor(random() * 60 - 40);
    return normal(length, seed + i).map((x) => x * factor);
  });
}

const joined = (batches: readonly Float32Array[]) => Float32Array.from(batches.flatMap((x) => [...x]));

describe.each(Array.from({ length: 25 }, (_, seed) => seed * 97 + 1))("batches of seed %i", (seed) => {
  const batches = batchesOf(seed);

  test("give the statistics of all values at once, and those of the definition", () => {
    const all = joined(batches);
    const stats = statsOf(...batches);
    expectSameStats(stats, statsOf(all));
    expectSameBits(stats.bins, naiveHistogram(all, naiveExponent(all) ?? 0, HALF_BINS));
    const { count, exponent, bins, ...minMax } = stats;
    expect(minMax).toEqual(naiveMinMax(all));
    expect(exponent).toBe(naiveExponent(all));
    expect(count).toBe(bins.reduce((a, b) => a + b, 0));
  });

  test("give the same statistics in any order", () => {
    expectSameStats(statsOf(...batches), statsOf(...[...batches].reverse()));
    const turned = [...batches.slice(3), ...batches.slice(0, 3)];
    expectSameStats(statsOf(...batches), statsOf(...turned));
  });

  test("merge exactly, associatively and commutatively", () => {
    const [a, b, c] = [batches.slice(0, 2), batches.slice(2, 3), batches.slice(3)].map((part) =>
      statsOf(...part),
    );
    const left = mergeStats(mergeStats(a!, b!), c!);
    expectSameStats(left, mergeStats(a!, mergeStats(b!, c!)));
    expectSameStats(left, mergeStats(c!, mergeStats(b!, a!)));
    expectSameStats(left, statsOf(...batches));
    expectSameStats(mergeStats(a!, createStats()), a!);
  });
});

test("collect and merge leave their arguments as they were", () => {
  const a = statsOf(Float32Array.of(1, 2));
  const copy = structuredClone(a);
  collect(a, Float32Array.of(1000), kernels);
  mergeStats(a, statsOf(Float32Array.of(1e6)));
  expectSameStats(a, copy);
});

test("all zeros: no exponent, everything in the bin of 0", () => {
  const stats = statsOf(Float32Array.of(0, -0, 0));
  expect(stats).toMatchObject({ exponent: null, count: 3, zeros: 3, min: 0, max: 0 });
  expect(stats.bins[HALF_BINS]).toBe(3);
  expect([magnitude(stats, true), binWidth(stats)]).toEqual([0, 0]);
  expect([...foldMagnitudes(stats, true)]).toEqual([3]);
});

test("nothing but NaN and infinities: counted, not binned", () => {
  const stats = statsOf(Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY));
  expect(stats).toMatchObject({ exponent: null, count: 0, nonFinite: 3, min: Number.POSITIVE_INFINITY });
  expect(magnitude(stats, true)).toBe(0);
});

test("denormals: the limits stop at 2^-100", () => {
  const stats = statsOf(Float32Array.of(1e-45, -1e-45, 0));
  expect(stats.exponent).toBe(-100);
  expect([...stats.bins.subarray(HALF_BINS - 2, HALF_BINS + 2)]).toEqual([0, 1, 2, 0]);
});

test.each([
  [1, 0],
  [1 + 2 ** -23, 1],
  [0.75, 0],
  [2 ** -101, -100],
  [3.4028234663852886e38, 128],
])("a single value %f has the limits ±2^%i", (value, exponent) => {
  for (const x of [value, -value]) {
    const stats = statsOf(Float32Array.of(x));
    expect(stats).toMatchObject({ exponent, count: 1, min: x, max: x });
    expect(magnitude(stats, true)).toBe(value);
    expect(magnitude(stats, false)).toBe(Math.max(0, x));
  }
});

test("folding adds the mirrored bins, or leaves the negative side out", () => {
  const stats = statsOf(Float32Array.of(1, -1, 0.5, -0.25, 0, -0.25));
  expect(foldMagnitudes(stats, true).length).toBe(HALF_BINS);
  const at = (folded: Float64Array) => [0, 0.25, 0.5].map((v) => folded[v * HALF_BINS]);
  expect(at(foldMagnitudes(stats, true))).toEqual([1, 2, 1]);
  expect(at(foldMagnitudes(stats, false))).toEqual([1, 0, 1]);
  expect(foldMagnitudes(statsOf(Float32Array.of(0.5, -1)), false).length).toBe(HALF_BINS / 2 + 1);
});
