import { beforeAll, describe, expect, test } from "vitest";
import { CHUNK } from "../../core-ts/kernels/arena.ts";
import { HALF_BINS, type Kernels } from "../../core-ts/kernels/kernels.ts";
import { KERNEL_KINDS, loadKernels } from "../support/kernels.ts";
import { expectSameBits, extreme, LENGTHS, normal } from "./twins/samples.ts";
import { naiveExponent, naiveHistogram, naiveMinMax } from "./twins/statistics.ts";

const CHUNK_LENGTHS = [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 17];

describe.each(KERNEL_KINDS)("%s statistics equal their twins exactly", (kind) => {
  let kernels: Kernels;
  beforeAll(async () => {
    kernels = await loadKernels(kind);
  });

  function expectTwins(x: Float32Array, exponent: number) {
    expect(kernels.minMax(x)).toEqual(naiveMinMax(x));
    const bins = new Float64Array(2 * HALF_BINS);
    kernels.addToHistogram(x, exponent, bins);
    expectSameBits(bins, naiveHistogram(x, exponent, HALF_BINS));
    const histogram = { exponent: null, bins: new Float64Array(2 * HALF_BINS) };
    expect(kernels.collect(x, histogram)).toEqual(naiveMinMax(x));
    expect(histogram.exponent).toBe(naiveExponent(x));
    expectSameBits(histogram.bins, naiveHistogram(x, naiveExponent(x) ?? 0, HALF_BINS));
  }

  test.each(LENGTHS)("length %i", (length) => {
    for (let seed = 0; seed < 8; seed++) {
      for (const finite of [true, false]) expectTwins(extreme(length, seed * 100 + length, finite), seed - 4);
      expectTwins(normal(length, seed), 1);
    }
  });

  test.each(CHUNK_LENGTHS)("length %i, around a chunk", (length) => {
    expectTwins(normal(length, length), 2);
    expectTwins(extreme(length, length), 0);
  });

  test.each([
    ["NaN", Number.NaN],
    ["+Inf", Number.POSITIVE_INFINITY],
    ["-Inf", Number.NEGATIVE_INFINITY],
    ["-0", -0],
    ["the smallest denormal", 1.401298464324817e-45],
    ["minus the smallest denormal", -1.401298464324817e-45],
    ["the largest float32", 3.4028234663852886e38],
  ])("a single %s at any place of a block", (_, value) => {
    for (let place = 0; place < 35; place++) {
      const x = normal(35, 3);
      x[place] = value;
      expectTwins(x, 128);
      expectTwins(Float32Array.of(value), 128);
    }
  });

  test("exact edges of bins fall into the bin above, in magnitude", () => {
    const edges = Float32Array.from({ length: 2 * HALF_BINS + 1 }, (_, i) => (i - HALF_BINS) / HALF_BINS);
    expectTwins(edges, 0);
  });

  test("limits that grow from chunk to chunk give the same bins as limits known in advance", () => {
    const x = normal(3 * CHUNK, 5).map((v, i) => v * [2 ** -20, 1, 2 ** 9][Math.floor(i / CHUNK)]!);
    expectTwins(x, 12);
  });

  test("an input that lies at an odd offset of its buffer", () => {
    expectTwins(normal(1003, 6).subarray(3), 1);
  });
});
