import { describe, expect, it } from "vitest";
import { exactBias } from "../../../core-ts/quantize/exact-bias.ts";

describe("float32 numbers as int32 on powers of two", () => {
  it.each([0, 1, -1, 0.1, -3.3e38, 1.5e-20, 2 ** -100].map(Math.fround))("%d exactly", (b) => {
    const { integers, scales } = exactBias(Float64Array.of(b));
    expect(integers[0]! * scales[0]!).toBe(b === 0 ? 0 : b);
    expect(Math.abs(integers[0]!)).toBeLessThan(2 ** 24);
    expect(Number.isInteger(Math.log2(scales[0]!))).toBe(true);
  });

  it("scales stay normal float32 numbers", () => {
    const { integers, scales } = exactBias(Float64Array.of(2 ** -140));
    expect([integers[0], scales[0]]).toEqual([0, 2 ** -126]);
  });
});
