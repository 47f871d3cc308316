import { beforeAll, describe, expect, it } from "vitest";
import { findChip } from "../../../core-ts/chips/index.ts";
import { DataError } from "../../../core-ts/errors.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { collect, createStats } from "../../../core-ts/observers/histogram.ts";
import type { QuantPlan, ValuePlan } from "../../../core-ts/plan/plan.ts";
import { chooseScales } from "../../../core-ts/quantize/thresholds.ts";
import { loadKernels } from "../../support/kernels.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels("simd");
});

function choose(value: ValuePlan, data: readonly number[]) {
  const plan: QuantPlan = {
    chip: findChip("generic"),
    nodes: [],
    values: new Map([["x", value]]),
    lutLength: 10,
  };
  const stats = new Map([["x", collect(createStats(), Float32Array.from(data), kernels)]]);
  return chooseScales(plan, { stats, samples: 1 }, { percent: 1, kernels }).get("x")!;
}

const own = (bits: 8 | 16, signed: boolean): ValuePlan => ({
  kind: "own",
  bits,
  signed,
  observer: "min_max",
});

describe("chooseScales", () => {
  it.each([
    [8, true, 4 / 127],
    [8, false, 3 / 255],
    [16, true, (4 * 2) / 32767],
    [16, false, (3 * 2) / 65535],
  ] as const)(
    "at %i bit, signed %s: the largest magnitude, at 16 bit twice that, over qmax",
    (bits, signed, scale) => {
      const chosen = choose(own(bits, signed), [-4, 1, 3]);
      expect(chosen.scale).toBe(Math.fround(scale));
      // The accumulator has to hold what was seen, and what the output type can say.
      expect(chosen.range).toBeCloseTo(signed ? 4 : 3, 5);
    },
  );

  it("an all-zero tensor has scale 1", () => {
    expect(choose(own(8, true), [0, 0]).scale).toBe(1);
    expect(choose(own(16, true), [0, 0]).scale).toBe(1);
  });

  it("a value that no data reached is named", () => {
    expect(() => choose(own(8, true), [])).toThrow(DataError);
    expect(() => choose(own(8, true), [])).toThrow(/no calibration data reached "x"/);
  });

  it("asks nothing of values that own no scale", () => {
    expect(choose({ kind: "float", because: "a test" }, [])).toBeUndefined();
  });
});
