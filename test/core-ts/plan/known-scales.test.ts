import { describe, expect, it } from "vitest";
import { findChip } from "../../../core-ts/chips/index.ts";
import { knownScales, withKnownScales } from "../../../core-ts/plan/known-scales.ts";
import type { QuantPlan, ValuePlan } from "../../../core-ts/plan/plan.ts";
import type { Grid } from "../../../core-ts/qdq/known.ts";

const own = (bits: 8 | 16, signed: boolean): ValuePlan => ({ kind: "own", bits, signed, observer: "kl" });

function planned(values: Record<string, ValuePlan>, grids: Record<string, Grid>): QuantPlan {
  const plan = {
    chip: findChip("generic"),
    nodes: [],
    values: new Map(Object.entries(values)),
    lutLength: 10,
  };
  return withKnownScales(plan, {
    values: new Map(Object.entries(grids)),
    weights: new Map(),
    constants: new Map(),
  });
}

function scaleOf(plan: QuantPlan, value: string): number | undefined {
  const found = plan.values.get(value);
  return found?.kind === "own" ? found.scale : undefined;
}

const S = Math.fround(0.0371);
const INT8 = { scale: S, low: -128, high: 127 };
const UINT8 = { scale: S, low: 0, high: 255 };
const UNEVEN = { scale: S, low: -10, high: 245 };

describe("scales of a QDQ model on the chip's grid", () => {
  it.each([
    ["int8 as it is", own(8, true), INT8, S],
    ["uint8 as it is", own(8, false), UINT8, S],
    ["int16 as it is", own(16, true), { scale: S, low: -32768, high: 32767 }, S],
    ["uint8 on signed: to 255 steps on 127", own(8, true), UINT8, Math.fround((255 * S) / 127)],
    ["a zero point: to the farther end", own(8, true), UNEVEN, Math.fround((245 * S) / 127)],
    [
      "a zero point at the other end",
      own(8, true),
      { scale: S, low: -250, high: 5 },
      Math.fround((250 * S) / 128),
    ],
    ["int8 in 16 bit", own(16, true), INT8, Math.fround((128 * S) / 32768)],
    ["int8 of values that are never negative", own(8, false), INT8, Math.fround((127 * S) / 255)],
  ] as const)("%s", (_, value, grid, expected) => {
    // Either end may decide by one step of 127 or 128: the exact largest of both.
    expect(scaleOf(planned({ v: value }, { v: grid }), "v")).toBeCloseTo(expected, 6);
  });

  it("the model's own scale is kept to the last bit where the grids are the same", () => {
    expect(scaleOf(planned({ v: own(8, true) }, { v: INT8 }), "v")).toBe(S);
    expect(scaleOf(planned({ v: own(8, false) }, { v: UINT8 }), "v")).toBe(S);
  });

  it("a value without a pair takes the grid of what only moves it, if there is one", () => {
    const plan = planned(
      { v: own(8, true), moved: { kind: "shared", with: "v" }, other: own(8, true) },
      { moved: INT8 },
    );
    expect(scaleOf(plan, "v")).toBe(S);
    expect(scaleOf(plan, "other")).toBeUndefined();
    expect(knownScales(plan)).toMatchObject({ known: 1, calibrated: ["other"], widened: [] });
  });

  it("its own pair counts before those of what moves it", () => {
    const plan = planned(
      { v: own(8, true), moved: { kind: "shared", with: "v" } },
      { moved: { ...INT8, scale: 9 }, v: INT8 },
    );
    expect(scaleOf(plan, "v")).toBe(S);
  });

  it("a scale that is fixed already stays", () => {
    const fixed = { ...own(8, true), scale: 1 } as ValuePlan;
    expect(scaleOf(planned({ v: fixed }, { v: INT8 }), "v")).toBe(1);
  });

  it("what widening costs is told: range and factor", () => {
    const { widened } = knownScales(planned({ v: own(8, true) }, { v: UNEVEN }))!;
    expect(widened.map(({ value }) => value)).toEqual(["v"]);
    expect(widened[0]!.factor).toBeCloseTo(245 / 127, 5);
    expect([widened[0]!.low, widened[0]!.high]).toEqual([-10 * S, 245 * S]);
  });
});
