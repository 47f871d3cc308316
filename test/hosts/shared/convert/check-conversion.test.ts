import { describe, expect, it } from "vitest";
import { tensor } from "../../../../core-ts/tensor/tensor.ts";
import { relativeDifference } from "../../../../hosts/shared/convert/check-conversion.ts";

const of = (...values: number[]) => tensor("float32", [values.length], Float32Array.from(values));

describe("the relative difference", () => {
  it("is the largest one, by the largest expected answer", () => {
    expect(relativeDifference(of(1, -7.5, 0), of(1, -8, 0.25))).toBe(0.0625);
  });

  it("is absolute where zeros are expected", () => {
    expect(relativeDifference(of(0.5, 0), of(0, 0))).toBe(0.5);
  });

  it("leaves numbers aside that are not finite in both", () => {
    const expected = of(Number.NaN, Number.POSITIVE_INFINITY, 2);
    expect(relativeDifference(of(Number.NaN, Number.POSITIVE_INFINITY, 1), expected)).toBe(0.5);
  });

  it.each([
    [Number.NaN, 1],
    [1, Number.NaN],
    [1, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])("is not small where %f stands for %f", (found, expected) => {
    expect(relativeDifference(of(found, 1), of(expected, 1))).toBeNaN();
  });
});
