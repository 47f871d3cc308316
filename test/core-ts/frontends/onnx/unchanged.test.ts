import { describe, expect, it } from "vitest";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import { int64Tensor, type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { random } from "../../../support/numbers.ts";
import { expectSame, type OneOp, oneOpAt, opsOf } from "./compare.ts";

/** An op whose form is the same in all opsets from `since` (7 when absent) to 22. */
interface Case extends OneOp {
  readonly since?: number;
  readonly what?: string;
}

const constant = (...dims: number[]): Tensor => {
  const next = random(dims.length);
  const count = dims.reduce((a, b) => a * b, 1);
  return tensor(
    "float32",
    dims,
    Float32Array.from({ length: count }, () => next() * 2 - 1),
  );
};
const image = [1, 4, 7, 8] as const;
const windows = { kernel_shape: attr.ints([3, 2]), strides: attr.ints([2, 2]) };
const padded = { ...windows, pads: attr.ints([1, 0, 1, 1]) };

const pools: Case[] = ["MaxPool", "AveragePool"].flatMap((op): Case[] => [
  { op, inputs: [image], attrs: padded },
  { op, what: "SAME_UPPER", inputs: [image], attrs: { ...windows, auto_pad: attr.string("SAME_UPPER") } },
  { op, what: "SAME_LOWER", inputs: [image], attrs: { ...windows, auto_pad: attr.string("SAME_LOWER") } },
  { op, what: "ceil_mode", since: 10, inputs: [image], attrs: { ...padded, ceil_mode: attr.int(1) } },
]);
const includePad = { ...padded, count_include_pad: attr.int(1) };

const convolutions: Case[] = [
  {
    op: "Conv",
    inputs: [image, constant(6, 2, 3, 3), constant(6)],
    attrs: { group: attr.int(2), pads: attr.ints([1, 0, 1, 2]) },
  },
  { op: "Conv", what: "1-D", inputs: [[1, 3, 9], constant(4, 3, 3)], attrs: { dilations: attr.ints([2]) } },
  {
    op: "Conv",
    what: "SAME_LOWER",
    inputs: [image, constant(2, 4, 2, 2)],
    attrs: { auto_pad: attr.string("SAME_LOWER"), strides: attr.ints([2, 2]) },
  },
  {
    op: "ConvTranspose",
    inputs: [image, constant(4, 3, 3, 3), constant(3)],
    attrs: { strides: attr.ints([2, 2]), pads: attr.ints([1, 1, 0, 1]) },
  },
  // ONNX's text of opset 11 swaps the sides on which odd padding goes against opset 1; ONNX Runtime does the same in both.
  ...["SAME_UPPER", "SAME_LOWER"].map(
    (pad): Case => ({
      op: "ConvTranspose",
      what: pad,
      inputs: [image, constant(4, 3, 3, 3)],
      attrs: { strides: attr.ints([2, 2]), auto_pad: attr.string(pad) },
    }),
  ),
  {
    op: "ConvTranspose",
    what: "output_shape",
    inputs: [image, constant(4, 3, 3, 3)],
    attrs: { strides: attr.ints([2, 2]), output_shape: attr.ints([14, 16]) },
  },
];

const matrices: Case[] = [
  {
    op: "Gemm",
    inputs: [[3, 4], constant(5, 4), constant(5)],
    attrs: { transB: attr.int(1), alpha: attr.float(0.5) },
  },
  { op: "MatMul", inputs: [[2, 3, 4], constant(4, 5)] },
  {
    op: "Einsum",
    since: 12,
    inputs: [
      [2, 3],
      [3, 4],
    ],
    attrs: { equation: attr.string("ij,jk->ik") },
  },
];

const elementwise: Case[] = [
  ...["Add", "Sub", "Mul", "Div", "Max", "Min", "Sum", "Mean"].map(
    (op): Case => ({
      op,
      since: op === "Max" || op === "Min" || op === "Sum" || op === "Mean" ? 8 : 7,
      inputs: [image, constant(4, 1, 1)],
    }),
  ),
  ...["Relu", "LeakyRelu", "Sigmoid", "Tanh", "Elu", "Selu", "HardSigmoid", "Softplus", "Softsign"].map(
    (op): Case => ({ op, inputs: [image] }),
  ),
  ...["Exp", "Abs", "Neg", "Floor", "Ceil", "Identity", "Sin", "Cos", "Reciprocal", "Atan"].map(
    (op): Case => ({ op, inputs: [image] }),
  ),
  { op: "Erf", since: 9, inputs: [image] },
  { op: "Sign", since: 9, inputs: [image] },
  { op: "Round", since: 11, inputs: [image] },
  { op: "HardSwish", since: 14, inputs: [image] },
  { op: "ThresholdedRelu", inputs: [image], attrs: { alpha: attr.float(0.4) } },
  { op: "PRelu", inputs: [image, constant(4, 1, 1)] },
  { op: "InstanceNormalization", inputs: [image, constant(4), constant(4)] },
  { op: "LayerNormalization", since: 17, inputs: [image, constant(8), constant(8)] },
  { op: "LRN", inputs: [image], attrs: { size: attr.int(3) } },
  { op: "LpNormalization", inputs: [image], attrs: { axis: attr.int(1) } },
];

const movement: Case[] = [
  { op: "Concat", inputs: [image, image], attrs: { axis: attr.int(1) } },
  { op: "Reshape", inputs: [image, int64Tensor([0, -1, 4])] },
  { op: "Flatten", inputs: [image], attrs: { axis: attr.int(2) } },
  { op: "Transpose", inputs: [image], attrs: { perm: attr.ints([0, 2, 3, 1]) } },
  { op: "Expand", since: 8, inputs: [[1, 4, 1], int64Tensor([2, 1, 3])] },
  { op: "Tile", inputs: [[2, 3], int64Tensor([2, 2])] },
  { op: "Gather", inputs: [image, int64Tensor([2, 0])], attrs: { axis: attr.int(1) } },
  { op: "DepthToSpace", inputs: [image], attrs: { blocksize: attr.int(2) } },
  { op: "SpaceToDepth", inputs: [[1, 2, 4, 6]], attrs: { blocksize: attr.int(2) } },
  { op: "ArgMax", inputs: [image], attrs: { axis: attr.int(1), keepdims: attr.int(0) } },
  {
    op: "Slice",
    since: 10,
    inputs: [image, int64Tensor([1]), int64Tensor([7]), int64Tensor([3]), int64Tensor([2])],
  },
  { op: "Pad", since: 11, inputs: [image, int64Tensor([0, 0, 1, 2, 0, 0, 3, 0])] },
  { op: "TopK", since: 10, inputs: [image, int64Tensor([3])], outputs: 2 },
  { op: "CumSum", since: 11, inputs: [image, { ...int64Tensor([1]), dims: [] }] },
  { op: "ReduceMean", since: 18, inputs: [image, int64Tensor([2, 3])] },
  { op: "ReduceSum", since: 13, inputs: [image, int64Tensor([2, 3])] },
  { op: "Softmax", since: 13, inputs: [image], attrs: { axis: attr.int(1) } },
];

const recurrent: Case[] = [
  {
    op: "LSTM",
    inputs: [[5, 2, 3], constant(1, 16, 3), constant(1, 16, 4), constant(1, 32)],
    outputs: 3,
    attrs: { hidden_size: attr.int(4) },
  },
  {
    op: "GRU",
    inputs: [[5, 2, 3], constant(1, 12, 3), constant(1, 12, 4), constant(1, 24)],
    outputs: 2,
    attrs: { hidden_size: attr.int(4) },
  },
  {
    op: "RNN",
    inputs: [[5, 2, 3], constant(1, 4, 3), constant(1, 4, 4), constant(1, 8)],
    outputs: 2,
    attrs: { hidden_size: attr.int(4) },
  },
];

const pooling: Case[] = [
  ...pools,
  { op: "AveragePool", what: "count_include_pad", inputs: [image], attrs: includePad },
  {
    op: "AveragePool",
    what: "count_include_pad, ceil_mode",
    since: 10,
    inputs: [image],
    attrs: { ...includePad, ceil_mode: attr.int(1) },
  },
  { op: "GlobalAveragePool", inputs: [image] },
  { op: "GlobalMaxPool", inputs: [image] },
  { op: "LpPool", inputs: [image], attrs: { ...padded, p: attr.int(2) } },
];

/**
 * To the bit, except where ONNX Runtime has another kernel for the later version: AveragePool since 19 and LpPool since 18 sum in another
 * order (2^-22 of the largest value is two roundings of float32).
 */
const tolerance = (op: string): number => (op === "AveragePool" || op === "LpPool" ? 2 ** -22 : 0);

describe.each([
  ["pooling", pooling],
  ["convolutions", convolutions],
  ["matrices", matrices],
  ["element by element", elementwise],
  ["movement and reduction", movement],
  ["recurrent", recurrent],
] as const)(
  "ops whose form did not change, %s: the canonical opset computes what each opset did",
  (_, cases) => {
    it.each(cases.map((each) => [`${each.op} ${each.what ?? ""}`, each] as const))(
      "%s",
      async (_name, each) => {
        for (let opset = each.since ?? 7; opset <= 22; opset++) {
          const canonical = await expectSame(oneOpAt(each, opset), tolerance(each.op));
          expect(opsOf(canonical), `opset ${opset}`).toEqual([each.op]);
        }
      },
    );
  },
);
