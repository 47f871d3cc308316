import { describe, expect, it } from "vitest";
import {
  calibrationText,
  floatPassLabel,
  wideningNotes,
} from "../../../../hosts/shared/quant/known-scales.ts";

const widened = [
  { value: "a", low: 0, high: 6, factor: 255 / 127 },
  { value: "b", low: -1, high: 6, factor: 1.5 },
];
const of = (calibrated: string[]) => ({ knownScales: { known: 12, calibrated, widened } });

describe("what is said of a QDQ model's scales", () => {
  it("a float model: the samples", () => {
    expect(calibrationText({}, 1)).toBe("1 sample");
    expect(floatPassLabel({})).toBe("Calibration");
    expect(wideningNotes({})).toEqual([]);
  });

  it("all known: no calibration, the data run through the float model for its result", () => {
    expect(calibrationText(of([]), 64)).toMatch(/^not needed: all 12 scales are the model's own/);
    expect(floatPassLabel(of([]))).toBe("Float model");
  });

  it("some known", () => {
    expect(calibrationText(of(["c"]), 64)).toMatch(/^64 samples, for 1 scale; 12 are the model's own/);
  });

  it("what widened ranges lose, by the worst: log2(255/127) bits", () => {
    expect(wideningNotes(of([])).join()).toMatch(/^2 of 12 ranges .* at "a": \[0, 6\] loses 1\.01 bits$/);
  });
});
