import { describe, expect, it } from "vitest";
import { HardwareRangeError } from "../../../core-ts/errors.ts";
import {
  accumulatorShift,
  activationScale,
  chooseMultiplier,
  chooseMultipliers,
  quantizeValue,
  roundHalfEven,
} from "../../../core-ts/quantize/scale.ts";

describe("roundHalfEven", () => {
  it.each([
    [0.5, 0],
    [1.5, 2],
    [2.5, 2],
    [-0.5, 0],
    [-1.5, -2],
    [-2.5, -2],
    [0.49999999999999994, 0],
    [2 ** 52 + 1, 2 ** 52 + 1],
    [-3.2, -3],
  ])("%d -> %d", (x, y) => expect(roundHalfEven(x) + 0).toBe(y));
});

describe("quantizeValue", () => {
  it("rounds, then saturates", () => {
    const bounds = { qmin: -128, qmax: 127 };
    expect(quantizeValue(0.25, 0.1, bounds)).toBe(2);
    expect(quantizeValue(1e9, 0.1, bounds)).toBe(127);
    expect(quantizeValue(-1e9, 0.1, bounds)).toBe(-128);
  });
});

describe("activationScale", () => {
  it("is threshold / qmax as a float32", () => expect(activationScale(1, 127)).toBe(Math.fround(1 / 127)));
  it("is 1 for a tensor that is all zero", () => expect(activationScale(0, 127)).toBe(1));
  it("never is 0", () => expect(activationScale(1e-44, 32767)).toBe(2 ** -126));
});

describe("chooseMultiplier", () => {
  it.each([1, 0.999, 0.5, 1 / 3, 0.0123, 7.7, 200, 32767, 2 ** -20])(
    "represents r = %d as well as 15 bits can",
    (r) => {
      const { m, shift } = chooseMultiplier(r, 0, "n");
      expect(Number.isInteger(m) && m >= 0 && m <= 32767 && shift >= 0 && shift <= 31).toBe(true);
      // m is at least 2^14 unless the shift is at its limit, and rounding moves it by at most 1/2.
      const resolution = shift === 31 ? 0.5 / (r * 2 ** 31) : 0.5 / 2 ** 14;
      expect(Math.abs(m / 2 ** shift - r) / r).toBeLessThanOrEqual(Math.max(resolution, 0.5 / 2 ** 14));
    },
  );

  it("takes q1 into account", () => {
    const { m, shift } = chooseMultiplier(0.001, 5, "n");
    expect(Math.abs(m / 2 ** (shift + 5) - 0.001) / 0.001).toBeLessThan(2 ** -14);
  });

  it("picks the largest shift that fits", () => {
    const { m, shift } = chooseMultiplier(1, 0, "n");
    expect([m, shift]).toEqual([16384, 14]);
  });

  it("names node, shift and remedy when the factor is too large", () => {
    const run = () => chooseMultiplier(70000, 0, "conv7");
    expect(run).toThrow(HardwareRangeError);
    expect(run).toThrow(/conv7.*q = -2.*\[0, 31\].*calibrate.*QAT/s);
  });
});

describe("chooseMultipliers", () => {
  it("puts all factors on the shift of the largest", () => {
    const { m, shift } = chooseMultipliers([1, -0.25, 0.001], "n");
    expect(shift).toBe(14);
    expect(m).toEqual([16384, -4096, 16]);
  });
});

describe("accumulatorShift", () => {
  it.each([
    [0, 0],
    [2 ** 30 - 1, 0],
    [2 ** 30, 1],
    [2 ** 40, 11],
  ])("leaves one spare bit above %d", (largest, shift) => expect(accumulatorShift(largest)).toBe(shift));
});
