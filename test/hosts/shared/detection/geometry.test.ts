import { describe, expect, it } from "vitest";
import { ontoPicture } from "../../../../hosts/shared/detection/geometry.ts";

const input = { width: 64, height: 64 };
const box = (x: number, y: number, width: number, height: number) => ({ x, y, width, height });

describe("boxes onto the picture", () => {
  it("undo a letterbox", () => {
    // 200 x 100 in 64 x 32, below 16 rows of border: 3.125 pixels for one.
    const geometry = {
      original: { width: 200, height: 100 },
      input,
      placement: { left: 0, top: 16, width: 64, height: 32 },
    };
    expect(ontoPicture([box(16, 24, 32, 16)], geometry)).toEqual([box(50, 25, 100, 50)]);
    // What is in the border is cut off, and what is only there is gone.
    expect(ontoPicture([box(-8, 8, 16, 16), box(0, 0, 64, 16)], geometry)).toEqual([box(0, 0, 25, 25)]);
  });

  it("undo stretching, with another scale for each side", () => {
    const geometry = {
      original: { width: 640, height: 32 },
      input,
      placement: { left: 0, top: 0, ...input },
    };
    expect(ontoPicture([box(1, 2, 3, 4)], geometry)).toEqual([box(10, 1, 30, 2)]);
  });

  it("leave out what has no finite place", () => {
    const geometry = { original: input, input, placement: { left: 0, top: 0, ...input } };
    expect(
      ontoPicture([box(Number.NaN, 0, 1, 1), box(0, 0, 1, Number.NaN), box(5, 5, 0, 5)], geometry),
    ).toEqual([]);
  });
});
