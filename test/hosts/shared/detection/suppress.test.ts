import { describe, expect, it } from "vitest";
import type { Detection } from "../../../../hosts/shared/detection/boxes.ts";
import { suppress } from "../../../../hosts/shared/detection/suppress.ts";

const box = (x: number, score: number, classId = 0): Detection => ({
  x,
  y: 0,
  width: 10,
  height: 10,
  classId,
  score,
});
const limits = { iouThreshold: 0.6, maxDetections: 300 };

describe("suppress", () => {
  it("leaves the surest of boxes that overlap, and those that overlap by no more than the threshold", () => {
    // Shifted by 2 of 10: 8 / 12 = 0.667 in common; by 3: 7 / 13 = 0.538.
    const [a, b, c] = [box(0, 0.5), box(2, 0.9), box(5, 0.7)];
    expect(suppress([a, b, c], limits)).toEqual([b, c]);
    // b goes with a, so that c, which overlaps b by 0.667 as well, stays beside a: 6 / 14.
    const chain = [box(0, 0.9), box(2, 0.8), box(4, 0.7)];
    expect(suppress(chain, limits)).toEqual([chain[0], chain[2]]);
  });

  it("keeps an overlap of exactly the threshold", () => {
    // Shifted by 2.5 of 10: 7.5 / 12.5 = 0.6.
    expect(suppress([box(0, 0.9), box(2.5, 0.8)], limits)).toHaveLength(2);
  });

  it("looks at every class alone", () => {
    const both = [box(0, 0.9, 0), box(0, 0.8, 1)];
    expect(suppress(both, limits)).toEqual(both);
  });

  it("keeps the order of equal scores, and no more than it may", () => {
    const row = [0, 20, 40, 60].map((x) => box(x, 0.5));
    expect(suppress(row, { ...limits, maxDetections: 3 })).toEqual(row.slice(0, 3));
  });
});
