import { describe, expect, it } from "vitest";
import { UNARY } from "../../../core-ts/ops/unary.ts";
import { float32Scalar, int64Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { attr, type OneOp, quantizeOne } from "../../support/one-op.ts";

const x = [1, 4, 9, 11];

interface Case extends OneOp {
  /** Where the op itself makes more of a rounding than the bar below allows for. */
  readonly bar?: Partial<Record<8 | 16, number>>;
}

/**
 * As in accuracy.test.ts: a rounded input and a rounded output cost 10 dB of the 41 dB of an 8-bit grid; 16 bit has 48 dB more, of which the doubled
 * threshold and interpolation take up to 12. A function that jumps answers wrongly where rounding carries an input over the jump: at 8 bit for one
 * input in 50, at 16 bit for one in 10,000.
 */
const BAR = { 8: 30, 16: 70 } as const;
const JUMPS = { 8: 18, 16: 32 } as const;
const unit = (v: number) => v / 6.1;

const CASES: Record<string, Case> = {
  Abs: { op: "Abs", inputs: [x] },
  Acos: { op: "Acos", inputs: [x], domain: unit },
  // Infinitely steep at its border, where the inputs lie.
  Acosh: { op: "Acosh", inputs: [x], domain: (v) => 1 + Math.abs(v), bar: { 16: 55 } },
  Asin: { op: "Asin", inputs: [x], domain: unit },
  Asinh: { op: "Asinh", inputs: [x] },
  Atan: { op: "Atan", inputs: [x] },
  Atanh: { op: "Atanh", inputs: [x], domain: unit },
  Ceil: { op: "Ceil", inputs: [x], bar: JUMPS },
  Celu: { op: "Celu", inputs: [x], attrs: { alpha: attr.float(1.5) } },
  Cos: { op: "Cos", inputs: [x] },
  Cosh: { op: "Cosh", inputs: [x] },
  Elu: { op: "Elu", inputs: [x], attrs: { alpha: attr.float(0.5) } },
  Erf: { op: "Erf", inputs: [x] },
  Exp: { op: "Exp", inputs: [x] },
  Floor: { op: "Floor", inputs: [x], bar: JUMPS },
  Gelu: { op: "Gelu", inputs: [x] },
  "Gelu, tanh": { op: "Gelu", inputs: [x], attrs: { approximate: attr.string("tanh") } },
  HardSigmoid: { op: "HardSigmoid", inputs: [x], attrs: { alpha: attr.float(0.25), beta: attr.float(0.4) } },
  HardSwish: { op: "HardSwish", inputs: [x] },
  Log: { op: "Log", inputs: [x], domain: (v) => Math.abs(v) + 0.05, bar: { 8: 28 } },
  // 8 bit has no step that small: everything below 0.02 is one input.
  "Log near 0": { op: "Log", inputs: [x], domain: (v) => Math.abs(v) + 0.001, bar: { 8: 14, 16: 52 } },
  Mish: { op: "Mish", inputs: [x] },
  Neg: { op: "Neg", inputs: [x] },
  "Pow 2": { op: "Pow", inputs: [x, float32Scalar(2)] },
  "Pow 3, an integer": { op: "Pow", inputs: [x, int64Tensor([3])] },
  "Pow 0.5": { op: "Pow", inputs: [x, tensor("float32", [1], Float32Array.of(0.5))], domain: Math.abs },
  "Pow 0.75": { op: "Pow", inputs: [x, float32Scalar(0.75)], domain: Math.abs },
  "Pow -1": { op: "Pow", inputs: [x, float32Scalar(-1)], domain: (v) => Math.abs(v) + 0.3 },
  "Pow -2": {
    op: "Pow",
    inputs: [x, float32Scalar(-2)],
    domain: (v) => Math.abs(v) + 0.3,
    bar: { 8: 25, 16: 66 },
  },
  Reciprocal: { op: "Reciprocal", inputs: [x], domain: (v) => Math.abs(v) + 0.3 },
  "Reciprocal of negative numbers": { op: "Reciprocal", inputs: [x], domain: (v) => v - Math.sign(v) * -0.3 },
  Round: { op: "Round", inputs: [x], bar: JUMPS },
  Selu: { op: "Selu", inputs: [x] },
  Shrink: {
    op: "Shrink",
    inputs: [x],
    attrs: { lambd: attr.float(0.7), bias: attr.float(0.3) },
    bar: { 8: 25 },
  },
  Sigmoid: { op: "Sigmoid", inputs: [x] },
  Sign: { op: "Sign", inputs: [x], bar: JUMPS },
  Sin: { op: "Sin", inputs: [x] },
  Sinh: { op: "Sinh", inputs: [x] },
  Softplus: { op: "Softplus", inputs: [x] },
  Softsign: { op: "Softsign", inputs: [x] },
  Sqrt: { op: "Sqrt", inputs: [x], domain: Math.abs },
  Tan: { op: "Tan", inputs: [x], domain: (v) => v / 4.5 },
  Tanh: { op: "Tanh", inputs: [x] },
  ThresholdedRelu: { op: "ThresholdedRelu", inputs: [x], attrs: { alpha: attr.float(0.8) }, bar: { 8: 20 } },
  "ThresholdedRelu below 0": {
    op: "ThresholdedRelu",
    inputs: [x],
    attrs: { alpha: attr.float(-0.4) },
    bar: { 8: 22 },
  },
};

describe.each([8, 16] as const)("ops on one number at %i bit keep their accuracy", (bits) => {
  it.each(Object.entries(CASES))("%s", async (_, { bar, ...spec }) => {
    for (const chip of ["TX5368AV200", "generic"]) {
      const result = await quantizeOne(spec, { bits, chip });
      expect(result.prepared.floatLayers).toEqual([]);
      expect(result.sqnrDb[0]).toBeGreaterThan(bar?.[bits] ?? BAR[bits]);
    }
  });
});

it("covers every op on one number", () => {
  const covered = new Set(Object.values(CASES).map(({ op }) => op));
  expect(Object.keys(UNARY).filter((op) => !covered.has(op))).toEqual([]);
});

it("carries a Relu behind it", async () => {
  for (const bits of [8, 16] as const) {
    const result = await quantizeOne({ op: "Floor", inputs: [x], activation: "Relu" }, { bits });
    expect(result.prepared.plan.nodes.map(({ kind }) => kind)).toEqual(["integer", "absorbed"]);
    expect(result.sqnrDb[0]).toBeGreaterThan(JUMPS[bits] - 2);
  }
});

describe("what a table can't hold", () => {
  it("Pow of two activations, and by a tensor of exponents, stay float", async () => {
    const two = await quantizeOne({ op: "Pow", inputs: [x, x], domain: Math.abs }, { bits: 8 });
    expect(two.prepared.floatLayers[0]!.reason).toBe(
      'its exponent ("x1") is computed at run time; only a constant exponent is supported',
    );
    const exponents = tensor("float32", [4, 1, 1], Float32Array.of(1, 2, 2, 1));
    const many = await quantizeOne({ op: "Pow", inputs: [x, exponents] }, { bits: 8 });
    expect(many.prepared.floatLayers[0]!.reason).toBe(
      'its exponent "x1" holds 4×1×1 numbers; only one number for all elements is supported',
    );
  });

  it("a function too steep for its 16-bit table is reported", async () => {
    const { warnings } = await quantizeOne(
      { op: "Acosh", inputs: [x], domain: (v) => 1 + Math.abs(v) },
      { bits: 16 },
    );
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^Acosh node "the_op": near x = 1\.00 its 16-bit table is off by \d+ steps/);
  });

  it("functions that are steep at 0 only are not", async () => {
    for (const op of ["Log", "Sqrt", "Reciprocal", "Sign"]) {
      const { warnings } = await quantizeOne(
        { op, inputs: [x], domain: (v) => Math.abs(v) + 0.01 },
        { bits: 16 },
      );
      expect(warnings, op).toEqual([]);
    }
  });
});
