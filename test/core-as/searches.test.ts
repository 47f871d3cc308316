import { beforeAll, describe, expect, test } from "vitest";
import type { Kernels } from "../../core-ts/kernels/kernels.ts";
import { KERNEL_KINDS, loadKernels } from "../support/kernels.ts";
import { normal, seeded } from "./twins/samples.ts";
import { mseCandidates, naiveDistortion, naiveKl, naiveKlV2, naiveMse } from "./twins/searches.ts";

/** Counts of scaled magnitudes below n bins; the last bin is never empty. */
function counts(n: number, magnitudes: Iterable<number>): Float64Array {
  const bins = new Float64Array(n);
  for (const m of magnitudes) {
    const k = Math.min(n - 1, Math.floor(Math.abs(m)));
    bins[k] = bins[k]! + 1;
  }
  bins[n - 1] = Math.max(1, bins[n - 1]!);
  return bins;
}

const random = seeded(3);
const SHAPES: Record<string, Float64Array> = {
  "a normal distribution": counts(
    1100,
    normal(20000, 1).map((x) => x * 250),
  ),
  "heavy tails": counts(
    2048,
    normal(20000, 2).map((x) => x ** 3 * 30),
  ),
  "a uniform distribution": counts(
    700,
    Float32Array.from({ length: 20000 }, () => random() * 700),
  ),
  "a spike at zero": counts(
    1500,
    normal(20000, 3).map((x, i) => (i % 3 === 0 ? x * 300 : 0)),
  ),
  "few samples": counts(
    1800,
    normal(60, 4).map((x) => x * 600),
  ),
  "two far clusters": counts(
    2000,
    normal(9000, 5).map((x, i) => (i % 50 === 0 ? 1950 : 100) + x * 10),
  ),
  "a far outlier": counts(
    1999,
    normal(9000, 9).map((x) => x * 20),
  ),
  "a constant": counts(1025, [1024]),
  "one bin more than groups": counts(
    129,
    normal(3000, 6).map((x) => x * 40),
  ),
  "fewer bins than groups": counts(
    90,
    normal(3000, 7).map((x) => x * 30),
  ),
  "a single bin": counts(1, [0]),
};
/** Naive distortion is too slow to run for 255 levels on every shape. */
const UNSIGNED_SHAPES = ["a normal distribution", "a spike at zero", "few samples"];

const loaded = new Map<string, Kernels>();
beforeAll(async () => {
  for (const kind of KERNEL_KINDS) loaded.set(kind, await loadKernels(kind));
});

/** Both builds give the same bits, and their answer is the twin's. */
function expectTwin(
  search: "searchKl" | "searchKlV2" | "searchMse",
  bins: Float64Array,
  levels: number,
  twin: number,
) {
  const [simd, scalar] = KERNEL_KINDS.map((kind) => loaded.get(kind)![search]({ bins, levels }));
  expect(simd).toBe(scalar);
  expect(simd).toBe(twin);
}

describe.each(Object.entries(SHAPES))("on %s", (name, bins) => {
  const widths = UNSIGNED_SHAPES.includes(name) ? [127, 255] : [127];
  test.each(widths)("kl finds the twin's candidate at %i levels", (levels) => {
    expectTwin("searchKl", bins, levels, naiveKl(bins, levels));
  });
  test.each(widths)("kl_v2 finds the twin's candidate at %i levels", (levels) => {
    expectTwin("searchKlV2", bins, levels, naiveKlV2(bins, levels));
  });
  test.each(widths)("mse finds the twin's candidate at %i levels", (levels) => {
    expectTwin("searchMse", bins, levels, naiveMse(bins, levels));
  });
});

test("at 16 bit kl and kl_v2 do not clip", () => {
  const bins = SHAPES["heavy tails"]!;
  for (const levels of [32767, 65535]) {
    expectTwin("searchKl", bins, levels, bins.length);
    expectTwin("searchKlV2", bins, levels, bins.length);
  }
});

test("the 16-bit formula of mse finds a threshold within 0.1 % of the least distortion of all candidates", () => {
  // 0.1 %: step²/12 treats the half cells next to 0 and to the threshold like whole cells, 1 part in 32767 each.
  const bins = SHAPES["heavy tails"]!.subarray(0, 300);
  bins[299] = 1;
  const t = loaded.get("simd")!.searchMse({ bins, levels: 32767 });
  const { coarse, fine } = mseCandidates(bins.length);
  const around = [...coarse.slice(0, 20), ...fine(t)].map((c) => naiveDistortion(bins, c, 32767));
  expect(naiveDistortion(bins, t, 32767)).toBeLessThanOrEqual(1.001 * Math.min(...around));
});

test("the twin's distortion is that of quantizing the values themselves", () => {
  // One value per hundredth of a bin stands for the uniform density; midpoint sums are exact to (1/100)².
  const bins = counts(
    40,
    normal(500, 8).map((x) => x * 12),
  );
  for (const t of [40, 31.25, 9]) {
    let sum = 0;
    bins.forEach((count, k) => {
      for (let i = 0; i < 100; i++) {
        const x = k + (i + 0.5) / 100;
        const q = Math.min(7, Math.round((x * 7) / t)) * (t / 7);
        sum += (count / 100) * (x - q) ** 2;
      }
    });
    expect(Math.abs(naiveDistortion(bins, t, 7) / sum - 1)).toBeLessThan(1e-3);
  }
});
