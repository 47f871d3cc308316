import { describe, expect, it } from "vitest";
import { relativeDifference } from "../../../../hosts/shared/convert/check-conversion.ts";
import { convertCase, readCases, runCase } from "./cases.ts";

/** max|found - expected| / max|expected|: float32 in another order of summation. */
const TOLERANCE = 1e-4;

describe("every op answers as TensorFlow does", () => {
  it.each(readCases("ops.pack").map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const found = await runCase(await convertCase(one), one);
    for (const [name, expected] of one.outputs) {
      const answer = found.get(name)!;
      expect(answer.dims).toEqual(expected.dims);
      expect(answer.dtype).toBe(expected.dtype);
      expect(relativeDifference(answer, expected)).toBeLessThanOrEqual(one.tolerance ?? TOLERANCE);
    }
  });
});
