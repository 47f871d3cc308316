import { describe, expect, it } from "vitest";
import type { Feeds } from "../../../core-ts/backend.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { attr, modelOf, type OneOp, quantizeOne } from "../../support/one-op.ts";
import { wholeWay } from "../../support/whole-way.ts";

const caffe = { size: attr.int(5), alpha: attr.float(1e-4), beta: attr.float(0.75), bias: attr.float(1) };
const image = [1, 12, 5, 7];

/** The bars of normalization.test.ts: two grids' noise. */
const BAR = { 8: 35, 16: 76 } as const;

const CASES: Record<string, OneOp> = {
  "LpNormalization, p = 2": { op: "LpNormalization", inputs: [[3, 64]] },
  "LpNormalization, p = 2, of channels": {
    op: "LpNormalization",
    inputs: [image],
    attrs: { axis: attr.int(1), p: attr.int(2) },
  },
  "LpNormalization, p = 1": {
    op: "LpNormalization",
    inputs: [[3, 64]],
    attrs: { axis: attr.int(-1), p: attr.int(1) },
  },
  "LRN that does next to nothing": { op: "LRN", inputs: [image], attrs: caffe },
  "LRN of numbers as AlexNet has them": { op: "LRN", inputs: [image], attrs: caffe, spread: 100 },
  "LRN that squeezes numbers by 30": { op: "LRN", inputs: [image], attrs: caffe, spread: 1000 },
  "LRN of other powers": {
    op: "LRN",
    inputs: [image],
    attrs: { size: attr.int(3), alpha: attr.float(2), beta: attr.float(0.5), bias: attr.float(2) },
  },
  "LRN of more channels than there are": {
    op: "LRN",
    inputs: [[2, 3, 2, 6]],
    attrs: { size: attr.int(9), alpha: attr.float(1), beta: attr.float(1), bias: attr.float(0.5) },
  },
  "LRN with Relu": { op: "LRN", inputs: [image], attrs: caffe, spread: 100, activation: "Relu" },
};

describe.each([8, 16] as const)("at %i bit these keep their accuracy", (bits) => {
  it.each(Object.entries(CASES))("%s", async (_name, spec) => {
    for (const chip of ["TX5368AV200", "generic"]) {
      const result = await quantizeOne(spec, { bits, chip });
      expect(result.prepared.floatLayers).toEqual([]);
      for (const db of result.sqnrDb) expect(db).toBeGreaterThan(BAR[bits]);
    }
  });

  it.each([1, 2])("a row of zeros has no direction, p = %i: it stays zero", async (p) => {
    const model = modelOf({ op: "LpNormalization", inputs: [[2, 6]], attrs: { p: attr.int(p) } });
    const x = tensor("float32", [2, 6], Float32Array.of(0, 0, 0, 0, 0, 0, 3, -1, 2, 0.5, 0, 1));
    const batches: Feeds[] = [new Map([["x0", x]])];
    const { fixed } = await wholeWay(model, { options: { bits }, batches });
    expect(toNumbers(fixed[0]!.get("y0")!).slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
  });
});

it("LRN without a bias stays float", async () => {
  const model = modelOf({ op: "LRN", inputs: [image], attrs: { ...caffe, bias: attr.float(0) } });
  expect((await wholeWay(model)).prepared.floatLayers.map(({ reason }) => reason)).toEqual([
    "its bias, alpha and beta are 0, 0.00009999999747378752 and 0.75; the integer form is for numbers above 0",
  ]);
});
