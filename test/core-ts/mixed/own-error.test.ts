import { describe, expect, it } from "vitest";
import { outputError } from "../../../core-ts/mixed/own-error.ts";
import { collect, createStats } from "../../../core-ts/observers/histogram.ts";
import { intType, quantizeValue } from "../../../core-ts/quantize/scale.ts";
import { toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { loadKernels } from "../../support/kernels.ts";
import { normals, random } from "../../support/numbers.ts";

describe("outputError", () => {
  it.each([
    ["signed, all inside", true, 0.04, (v: number) => v],
    ["signed, clipped at two sigma", true, 2 / 127, (v: number) => v],
    ["unsigned behind a Relu", false, 4 / 255, (v: number) => Math.max(v, 0)],
    ["unsigned, negative values become 0", false, 4 / 255, (v: number) => v],
  ])("%s: the mean squared error on the data themselves", async (_, signed, scale, shape) => {
    const data = Float32Array.from(toNumbers(normals([50_000], random(7))), shape);
    const type = intType(8, signed);
    const stats = collect(createStats(), data, await loadKernels("simd"));
    const exact =
      data.reduce((sum, v) => sum + (v - scale * quantizeValue(v, scale, type)) ** 2, 0) / data.length;
    // A histogram of 4096 bins, and rounding taken as uniform.
    expect(outputError(stats, scale, type) / exact).toBeCloseTo(1, 1);
  });

  it("is that of rounding alone where no statistics are needed, as in QDQ models", () => {
    expect(outputError(undefined, 0.5, intType(8, true))).toBe(0.25 / 12);
  });
});
