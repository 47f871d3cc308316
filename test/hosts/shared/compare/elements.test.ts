import { describe, expect, it } from "vitest";
import { ElementList } from "../../../../hosts/shared/compare/elements.ts";

const LEFT = Float64Array.of(100, 100, 100, 100, 100, 100, 0, 0, Number.NaN);
const RIGHT = Float64Array.of(100, 100.9, 101, 110, 150, 200, 0, 1, 1);

function listed(level: number, limit = 100) {
  const list = new ElementList(level, limit);
  list.add(3, LEFT, RIGHT, [3, 3]);
  return list;
}

describe("-sl", () => {
  // [0,1) [1,10) [10,50) [50,100) and from 100 % on; an error at 0 is infinite, NaN counts as such.
  it.each([
    [1, [0, 1, 6]],
    [2, [2]],
    [3, [3]],
    [4, [4]],
    [5, [5, 7, 8]],
    [6, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])("%i lists its elements", (level, expected) => {
    const positions = listed(level).rows.map(({ index }) => index[0]! * 3 + index[1]!);
    expect(positions).toEqual(expected);
  });

  it("counts all and keeps the first", () => {
    const list = listed(6, 2);
    expect(list.count).toBe(9);
    expect(list.rows).toEqual([
      { batch: 3, index: [0, 0], left: 100, right: 100, relative: 0 },
      { batch: 3, index: [0, 1], left: 100, right: 100.9, relative: expect.closeTo(0.9, 10) },
    ]);
  });
});
