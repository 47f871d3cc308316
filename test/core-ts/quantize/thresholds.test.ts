import { beforeAll, describe, expect, it } from "vitest";
import { findChip } from "../../../core-ts/chips/index.ts";
import { DataError } from "../../../core-ts/errors.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { collect, createStats } from "../../../core-ts/observers/histogram.ts";
import type { QuantPlan, ValuePlan } from "../../../core-ts/plan/plan.ts";
import { intType } from "../../../core-ts/quantize/scale.ts";
import { borderScales, chooseScales } from "../../../core-ts/quantize/thresholds.ts";
import { loadKernels } from "../../support/kernels.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels("simd");
});

function scales(value: ValuePlan, data: readonly number[]) {
  const plan: QuantPlan = {
    chip: findChip("generic"),
    nodes: [],
    values: new Map([["x", value]]),
    lutLength: 10,
  };
  const stats = new Map([["x", collect(createStats(), Float32Array.from(data), kernels)]]);
  const [ranges, options] = [
    { stats, samples: 1 },
    { percent: 0.75, kernels },
  ];
  const chosen = chooseScales(plan, ranges, options);
  return { chosen: chosen.get("x")!, border: borderScales(plan, ranges, chosen, options) };
}

const choose = (value: ValuePlan, data: readonly number[]) => scales(value, data).chosen;

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

describe("borderScales", () => {
  const data = [-1, 2, 3, 100];

  it("a narrower reader chooses as it would for a value of its own: its observer, no headroom", () => {
    const { border } = scales(own(16, true), data);
    expect(border("x", intType(8, true), "min_max")).toBe(Math.fround(100 / 127));
    // Three of four values are to be kept: bins end a little above 3.
    expect(border("x", intType(8, true), "percentile") * 127).toBeCloseTo(3, 0);
  });

  it("a wider reader holds what the value's own integers do, whatever its observer", () => {
    const { border, chosen } = scales({ ...own(8, true), observer: "percentile" } as ValuePlan, data);
    expect(border("x", intType(16, true), "min_max")).toBe(Math.fround(chosen.threshold / 32767));
  });

  it("a scale known beforehand keeps its range", () => {
    const { border } = scales({ ...own(16, true), scale: 0.5 } as ValuePlan, data);
    expect(border("x", intType(8, true), "percentile")).toBe(Math.fround((0.5 * 32767) / 127));
  });
});
