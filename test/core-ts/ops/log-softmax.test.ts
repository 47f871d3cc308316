import { describe, expect, it } from "vitest";
import { attr, type OneOp, quantizeOne } from "../../support/one-op.ts";

const CASES: Record<string, OneOp> = {
  "last axis": { op: "LogSoftmax", inputs: [[3, 12]], attrs: { axis: attr.int(-1) }, spread: 2 },
  "axis 1 of 4": { op: "LogSoftmax", inputs: [[1, 5, 4, 3]], attrs: { axis: attr.int(1) }, spread: 2 },
  "axis 0": { op: "LogSoftmax", inputs: [[7, 3]], attrs: { axis: attr.int(0) }, spread: 4 },
  "two classes": { op: "LogSoftmax", inputs: [[40, 2]], spread: 3 },
  "a thousand classes": { op: "LogSoftmax", inputs: [[1, 1000]], spread: 3 },
  "an axis of 1": { op: "LogSoftmax", inputs: [[4, 1]], spread: 1 },
  "a narrow input": { op: "LogSoftmax", inputs: [[3, 12]], spread: 0.01 },
};

/** Input and output are rounded as in accuracy.test.ts; the sum and its logarithm are 15 bits or better. */
const BAR = { 8: 32, 16: 75 } as const;

describe.each([8, 16] as const)("LogSoftmax at %i bit keeps its accuracy", (bits) => {
  it.each(Object.entries(CASES))("%s", async (_, spec) => {
    for (const chip of ["TX5368AV200", "generic"]) {
      const result = await quantizeOne(spec, { bits, chip });
      expect(result.prepared.floatLayers).toEqual([]);
      expect(result.warnings).toEqual([]);
      const [db] = result.sqnrDb;
      // An axis of 1 gives zeros, exactly: 0/0.
      if (Number.isNaN(db)) expect(spec.inputs).toEqual([[4, 1]]);
      else expect(db).toBeGreaterThan(BAR[bits]);
    }
  });
});
