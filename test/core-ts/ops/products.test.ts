import { describe, expect, it } from "vitest";
import { normals, random } from "../../support/numbers.ts";
import { attr, type OneOp, quantizeOne } from "../../support/one-op.ts";

const next = random(9);
const w = (...dims: number[]) => normals(dims, next, 0.3);

/** As in accuracy.test.ts: 41 dB for one normal operand at 8 bit, 48 dB more at 16; two operands and the result cost up to 10 dB. */
const BAR = { 8: 28, 16: 66 } as const;

const FORMS: Record<string, OneOp> = {
  "batch axes that broadcast both ways": {
    op: "MatMul",
    inputs: [
      [2, 1, 5, 24],
      [3, 24, 6],
    ],
  },
  "five axes": {
    op: "MatMul",
    inputs: [
      [1, 2, 3, 5, 24],
      [1, 2, 3, 24, 6],
    ],
  },
  "a vector on the left": { op: "MatMul", inputs: [[24], [2, 24, 6]] },
  "a vector on the right": { op: "MatMul", inputs: [[2, 5, 24], [24]] },
  "two vectors": { op: "MatMul", inputs: [[200], [200]] },
  "a vector by weights": { op: "MatMul", inputs: [[32], w(32, 7)] },
  "a constant vector": { op: "MatMul", inputs: [[2, 5, 24], w(24)] },
  "weights with axes of 1 in front": { op: "MatMul", inputs: [[2, 5, 24], w(1, 24, 6)] },
  "a matrix of weights for each batch": { op: "MatMul", inputs: [[3, 5, 24], w(3, 24, 6)] },
  "sums too long for float32": {
    op: "MatMul",
    inputs: [
      [2, 2000],
      [2000, 3],
    ],
  },
  "weights with sums too long for float32": { op: "MatMul", inputs: [[2, 4000], w(4000, 3)] },
  "Softmax over the first axis": { op: "Softmax", inputs: [[6, 4]], attrs: { axis: attr.int(0) }, spread: 2 },
  "Softmax over an inner axis": {
    op: "Softmax",
    inputs: [[2, 6, 4]],
    attrs: { axis: attr.int(-2) },
    spread: 2,
  },
  "Softmax of long rows": { op: "Softmax", inputs: [[4, 197]], attrs: { axis: attr.int(-1) }, spread: 2 },
};

/** Rows of 197 probabilities hold 20 dB less each than the largest of all, on whose scale they are. */
const OWN_BAR: Readonly<Record<string, { 8: number; 16: number }>> = {
  "Softmax of long rows": { 8: 18, 16: 60 },
};

describe.each([8, 16] as const)("at %i bit", (bits) => {
  it.each(Object.entries(FORMS))("%s", async (name, form) => {
    const result = await quantizeOne(form, { bits });
    expect(result.prepared.floatLayers).toEqual([]);
    expect(result.sqnrDb[0]).toBeGreaterThan((OWN_BAR[name] ?? BAR)[bits]);
  });

  it("on a chip with unsigned values too", async () => {
    const form: OneOp = {
      op: "MatMul",
      inputs: [
        [2, 5, 24],
        [2, 24, 6],
      ],
      activation: "Relu",
    };
    const result = await quantizeOne(form, { bits, chip: "generic" });
    expect(result.sqnrDb[0]).toBeGreaterThan(BAR[bits]);
  });
});

it("sums of more products than the accumulator holds stay float, with the reason", async () => {
  const long = 40000;
  const form: OneOp = {
    op: "MatMul",
    inputs: [
      [1, long],
      [long, 1],
    ],
  };
  const { prepared } = await quantizeOne(form, { bits: 8 });
  expect(prepared.floatLayers).toEqual([
    {
      node: "the_op",
      op: "MatMul",
      reason: "each output sums 40000 products; the accumulator holds at most 32768",
    },
  ]);
});

it("a diagonal taken by Einsum stays float, with the reason", async () => {
  const form: OneOp = { op: "Einsum", inputs: [[3, 3]], attrs: { equation: attr.string("ii->i") } };
  const { prepared } = await quantizeOne(form, { bits: 8 });
  expect(prepared.floatLayers[0]?.reason).toBe(
    "Einsum has no integer form: its equation takes a diagonal or repeats an axis, which is no product of matrices",
  );
});
