import { beforeAll, describe, expect, it } from "vitest";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { intType } from "../../../core-ts/quantize/scale.ts";
import { addLayer, ErrorSums } from "../../../core-ts/report/layer-error.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { Random } from "../../reference/random.ts";
import { loadKernels } from "../../support/kernels.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels("simd");
});

/** The definitions written out over whole arrays, with the engine's mathematics. */
function plain(l: readonly number[], r: readonly number[]) {
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
  const error = l.map((v, i) => r[i]! - v);
  return {
    cosine: dot(l, r) / (Math.hypot(...l) * Math.hypot(...r)),
    sqnrDb: 10 * Math.log10(dot(l, l) / dot(error, error)),
    maxAbs: Math.max(...error.map(Math.abs)),
  };
}

function summed(l: readonly number[], q: readonly number[], scale = 1): ErrorSums {
  const sums = new ErrorSums();
  sums.add(l, q, scale);
  return sums;
}

describe("the sums over a layer", () => {
  const random = new Random(11);
  const scale = 0.03;
  const float = Array.from({ length: 500 }, () => random.next() * 6 - 3);
  const integers = float.map((v) => Math.max(-80, Math.min(80, Math.round(v / scale))));

  it("are cosine, SQNR and largest error of the dequantized values", () => {
    const sums = summed(float, integers, scale);
    const expected = plain(
      float,
      integers.map((q) => q * scale),
    );
    // Sums in another order: a few of 500 roundings of 2^-53 relative.
    expect(sums.cosine).toBeCloseTo(expected.cosine, 12);
    expect(sums.sqnrDb(kernels)).toBeCloseTo(expected.sqnrDb, 9);
    expect(sums.largest).toBe(expected.maxAbs);
  });

  it("grow over batches as over one batch", () => {
    const parts = new ErrorSums();
    for (let i = 0; i < 500; i += 100) parts.add(float.slice(i, i + 100), integers.slice(i, i + 100), scale);
    const whole = summed(float, integers, scale);
    expect(parts.cosine).toBeCloseTo(whole.cosine, 12);
    expect(parts.sqnrDb(kernels)).toBeCloseTo(whole.sqnrDb(kernels), 9);
    expect(parts.largest).toBe(whole.largest);
  });

  it("give stated values where the formula has none", () => {
    const zero = [0, 0];
    expect([summed(zero, zero).cosine, summed(zero, [1, 0]).cosine, summed([1, 0], zero).cosine]).toEqual([
      1, 0, 0,
    ]);
    expect(new ErrorSums().cosine).toBe(1);
    const sqnr = (l: number[], r: number[]) => summed(l, r).sqnrDb(kernels);
    expect([sqnr(zero, zero), sqnr([3, 4], [3, 4]), sqnr(zero, [1, 0]), sqnr([1, 0], zero)]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
      0,
      0,
    ]);
  });

  it("never say that anything is closer than equal", () => {
    // Without a bound 1 + 2^-52 comes out for some vectors that are parallel.
    for (let i = 1; i < 500; i++) {
      const l = [i / 3, i / 7, i / 11];
      expect(summed(l, l, i / 13).cosine).toBeLessThanOrEqual(1);
      expect(summed(l, l, -i / 13).cosine).toBeGreaterThanOrEqual(-1);
    }
  });

  it("hold float32's largest and smallest numbers", () => {
    expect(summed([3e38, -3e38], [3e38, -3e38]).cosine).toBe(1);
    expect(summed([1e-45, 2e-45], [1e-45, 2e-45]).cosine).toBeCloseTo(1, 12);
  });
});

describe("addLayer", () => {
  const float = tensor("float32", [2], Float32Array.of(1, -2));
  const integer = tensor("int8", [2], Int8Array.of(2, -4));
  const form = { name: "y", scale: 0.5, type: intType(8, true) };

  it("dequantizes with the layer's scale", () => {
    const sums = new ErrorSums();
    addLayer(sums, float, integer, form);
    expect([sums.left, sums.right, sums.error]).toEqual([5, 5, 0]);
  });

  it("real numbers are taken as they are", () => {
    const sums = new ErrorSums();
    addLayer(sums, float, tensor("float32", [2], Float32Array.from(float.data as Float32Array)), form);
    expect([sums.cosine, sums.largest]).toEqual([1, 0]);
  });

  it("leaves out what is not comparable: another type than float32 or than the plan's", () => {
    const sums = new ErrorSums();
    addLayer(sums, tensor("int64", [2], BigInt64Array.of(1n, 2n)), integer, form);
    addLayer(sums, float, tensor("int16", [2], Int16Array.of(2, -4)), form);
    expect(sums.left).toBe(0);
  });
});
