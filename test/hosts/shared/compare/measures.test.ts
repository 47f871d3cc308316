import { describe, expect, it } from "vitest";
import { byMeasure, MeasureSums, type Measures } from "../../../../hosts/shared/compare/measures.ts";

function measured(...parts: readonly (readonly [number[], number[]])[]): Measures | undefined {
  const sums = new MeasureSums();
  for (const [l, r] of parts) sums.add(Float64Array.from(l), Float64Array.from(r));
  return sums.measures();
}

describe("the measures of facts.md", () => {
  // By hand: r-l = 1, -1, 0, 2.
  const l = [1, 2, -3, 4];
  const r = [2, 1, -3, 6];

  it("are what their formulas say", () => {
    const found = measured([l, r])!;
    expect(found.mre).toBeCloseTo((1 + 1 + 0 + 2) / (1 + 2 + 3 + 4), 15);
    expect(found.cos).toBeCloseTo(0.5 + (0.5 * (2 + 2 + 9 + 24)) / Math.sqrt(30 * 50), 15);
    expect(found.rmse).toBeCloseTo(Math.sqrt((1 + 1 + 0 + 4) / 30), 15);
    // Over l > 1e-6 only: the pair at -3 does not count.
    expect(found.maxdiff).toEqual([1, 2]);
    expect(found.bias).toEqual([2 / 3, 1 / 3]);
  });

  it("are the same in parts", () => {
    expect(measured([[1], [2]], [[], []], [l.slice(1), r.slice(1)])).toEqual(measured([l, r]));
  });

  it("look at l > 1e-6 only for maxdiff", () => {
    expect(
      measured([
        [1e-6, -5, 2],
        [9, 9, 3],
      ])!.maxdiff,
    ).toEqual([0.5, 1]);
    expect(
      measured([
        [-1, -2],
        [1, 2],
      ])!.maxdiff,
    ).toEqual([0, 0]);
  });

  it.each([
    ["the same numbers", [1, -2], [1, -2], { mre: 0, cos: 1, rmse: 0, bias: [0, 0] }],
    ["the opposite", [1, -2], [-1, 2], { mre: 2, cos: 0, rmse: 2, bias: [0.5, 0.5] }],
    ["zeros on both sides", [0, 0], [0, 0], { mre: 0, cos: 1, rmse: 0, bias: [0, 0], maxdiff: [0, 0] }],
    ["zeros on the right", [3, 4], [0, 0], { mre: 1, cos: 0.5, rmse: 1, maxdiff: [1, 4] }],
    [
      "zeros on the left",
      [0, 0],
      [3, 4],
      { mre: Number.POSITIVE_INFINITY, cos: 0.5, rmse: Number.POSITIVE_INFINITY, maxdiff: [0, 0] },
    ],
  ])("have a stated value for %s", (_, left, right, expected) => {
    const found = measured([left, right])!;
    for (const [name, value] of Object.entries(expected))
      for (const [i, one] of [value].flat().entries())
        expect([found[name as keyof Measures]].flat()[i], name).toBeCloseTo(one, 14);
  });

  it("are no numbers with one NaN or infinity, which are counted", () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const sums = new MeasureSums();
      sums.add(Float64Array.of(1, odd), Float64Array.of(1, 2));
      sums.add(Float64Array.of(1), Float64Array.of(odd));
      expect(sums.nonFinite).toBe(2);
      expect(Object.values(sums.measures()!).flat().every(Number.isNaN)).toBe(true);
    }
  });

  it("are absent without elements", () => {
    expect(measured([[], []])).toBeUndefined();
  });
});

describe("byMeasure", () => {
  const order = (measure: "mre" | "cos" | "maxdiff", ...all: (Partial<Measures> | undefined)[]) => {
    const compare = byMeasure(measure);
    return all
      .map((m, i) => ({ m: m as Measures | undefined, i }))
      .sort((a, b) => compare(a.m, b.m))
      .map(({ i }) => i);
  };

  it("puts the worst first: cos ascends, the others descend", () => {
    expect(order("mre", { mre: 0.1 }, { mre: 3 }, { mre: 0 })).toEqual([1, 0, 2]);
    expect(order("cos", { cos: 0.9 }, { cos: 0.2 }, { cos: 1 })).toEqual([1, 0, 2]);
  });

  it("breaks ties by the second value", () => {
    expect(order("maxdiff", { maxdiff: [1, 2] }, { maxdiff: [1, 5] }, { maxdiff: [0, 9] })).toEqual([
      1, 0, 2,
    ]);
  });

  it("puts what is no number first and what has no elements last", () => {
    expect(order("mre", { mre: 1 }, undefined, { mre: Number.NaN })).toEqual([2, 0, 1]);
    expect(order("cos", { cos: 0.1 }, undefined, { cos: Number.NaN })).toEqual([2, 0, 1]);
  });
});
