import { describe, expect, it } from "vitest";
import { meanError, meanSquare, shareBeyond } from "../../../core-ts/observers/distortion.ts";
import { collect, createStats } from "../../../core-ts/observers/histogram.ts";
import { intType, quantizeValue } from "../../../core-ts/quantize/scale.ts";
import { toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { loadKernels } from "../../support/kernels.ts";
import { normals, random } from "../../support/numbers.ts";

/** Half of them exact zeros, a long tail on one side: what activations look like. */
const DATA = Float32Array.from(toNumbers(normals([60_000], random(3))), (v, i) =>
  i % 2 === 0 ? 0 : v > 0 ? v * v : 0.3 * v,
);

describe("what a grid does to the values behind a histogram", async () => {
  const stats = collect(createStats(), DATA, await loadKernels("simd"));

  // From clipping nearly everything to a grid so coarse that nearly everything rounds to zero.
  it.each([0.05, 0.5, 2, 5, 20, 100, 2000])(
    "is the mean squared error on the data, up to %d at 8 bit",
    (threshold) => {
      for (const signed of [true, false]) {
        const type = intType(8, signed);
        const grid = { ...type, scale: threshold / type.qmax };
        const exact =
          DATA.reduce((sum, v) => sum + (v - grid.scale * quantizeValue(v, grid.scale, type)) ** 2, 0) /
          DATA.length;
        // 2 %: a tenth of a dB, from the uniformity within a bin.
        expect(meanError(stats, grid) / exact).toBeGreaterThan(0.98);
        expect(meanError(stats, grid) / exact).toBeLessThan(1.02);
      }
    },
  );

  it("is s²/12 at 16 bit, zeros apart, where nothing is clipped", () => {
    const { qmin, qmax } = intType(16, true);
    const scale = stats.max / qmax;
    const share = 1 - stats.zeros / stats.count;
    expect(meanError(stats, { scale, qmin, qmax }) / ((share * scale * scale) / 12)).toBeCloseTo(1, 2);
  });

  it("knows the power of the values and the share beyond a grid", () => {
    const power = DATA.reduce((sum, v) => sum + v * v, 0) / DATA.length;
    expect(meanSquare(stats) / power).toBeCloseTo(1, 3);
    const grid = { scale: 1 / 127, qmin: -128, qmax: 127 };
    const beyond = DATA.filter((v) => v > 127.5 / 127 || v < -128.5 / 127).length / DATA.length;
    expect(shareBeyond(stats, grid)).toBeCloseTo(beyond, 2);
    expect(shareBeyond(stats, { ...grid, scale: 1 })).toBe(0);
  });

  it("is nothing for values that are all zero", () => {
    const zeros = createStats();
    expect([meanError(zeros, { scale: 1, qmin: -128, qmax: 127 }), meanSquare(zeros)]).toEqual([0, 0]);
  });
});
