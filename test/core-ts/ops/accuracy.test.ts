import { describe, expect, it } from "vitest";
import { float32Scalar, int64Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { attr, type OneOp, quantizeOne } from "../../support/one-op.ts";

const next = random(7);
const w = (...dims: number[]) => normals(dims, next, 0.3);
const ones = attr.ints([1, 1]);
const window2d = {
  kernel_shape: attr.ints([3, 3]),
  strides: ones,
  pads: attr.ints([1, 1, 1, 1]),
  dilations: ones,
};
const x = [1, 4, 9, 11];

/**
 * Every op of the registry, from float model to fixed model, both in ONNX Runtime. The bar: a symmetric 8-bit grid of a normal tensor whose range
 * is its maximum (about 4 sigma) has 10·log10(12·(127/4)²) = 41 dB; operands, weights and output each add such noise, which costs up to 10 dB;
 * 16 bit has 48 dB more, of which multipliers of 15 bits and interpolated tables take up to 20. Ops that keep the scale lose only the input's rounding.
 */
const BAR = { 8: 28, 16: 66 } as const;

const CASES: Record<string, OneOp> = {
  "Conv 3x3": { op: "Conv", inputs: [x, w(6, 4, 3, 3), w(6)], attrs: { ...window2d, group: attr.int(1) } },
  "Conv with Relu": {
    op: "Conv",
    inputs: [x, w(6, 4, 3, 3), w(6)],
    attrs: { ...window2d, group: attr.int(1) },
    activation: "Relu",
  },
  "Conv depthwise, asymmetric pads, dilation": {
    op: "Conv",
    inputs: [x, w(8, 1, 3, 3)],
    attrs: {
      kernel_shape: attr.ints([3, 3]),
      strides: attr.ints([2, 1]),
      pads: attr.ints([0, 2, 1, 1]),
      dilations: attr.ints([1, 2]),
      group: attr.int(4),
    },
  },
  "Conv 1-D": {
    op: "Conv",
    inputs: [[1, 4, 20], w(5, 4, 5), w(5)],
    attrs: {
      kernel_shape: attr.ints([5]),
      strides: attr.ints([1]),
      pads: attr.ints([2, 2]),
      dilations: attr.ints([1]),
      group: attr.int(1),
    },
  },
  ConvTranspose: {
    op: "ConvTranspose",
    inputs: [x, w(4, 3, 3, 3), w(6)],
    attrs: {
      kernel_shape: attr.ints([3, 3]),
      strides: attr.ints([2, 2]),
      pads: attr.ints([1, 1, 0, 1]),
      dilations: ones,
      group: attr.int(2),
      output_padding: attr.ints([1, 0]),
    },
  },
  "ConvTranspose 1-D": {
    op: "ConvTranspose",
    inputs: [[1, 4, 9], w(4, 2, 4)],
    attrs: { kernel_shape: attr.ints([4]), strides: attr.ints([3]) },
  },
  Gemm: { op: "Gemm", inputs: [[3, 32], w(32, 7), w(7)] },
  "MatMul by weights": { op: "MatMul", inputs: [[2, 5, 32], w(32, 7)] },
  "MatMul of activations": {
    op: "MatMul",
    inputs: [
      [2, 5, 24],
      [2, 24, 6],
    ],
  },
  "MatMul of a constant": { op: "MatMul", inputs: [w(2, 5, 24), [2, 24, 6]] },
  Add: { op: "Add", inputs: [x, x] },
  "Add of a constant": { op: "Add", inputs: [x, w(4, 1, 1)] },
  "Add, broadcasting": {
    op: "Add",
    inputs: [
      [1, 4, 1, 11],
      [4, 9, 1],
    ],
  },
  Sub: { op: "Sub", inputs: [x, x] },
  Mul: { op: "Mul", inputs: [x, x] },
  "Mul by a scalar": { op: "Mul", inputs: [x, float32Scalar(0.37)] },
  "Div by a constant": { op: "Div", inputs: [x, float32Scalar(-2.7)] },
  Relu: { op: "Relu", inputs: [x] },
  LeakyRelu: { op: "LeakyRelu", inputs: [x], attrs: { alpha: attr.float(0.2) } },
  PRelu: { op: "PRelu", inputs: [x, w(4, 1, 1)] },
  Clip: { op: "Clip", inputs: [x, float32Scalar(-0.5), float32Scalar(1.25)] },
  MaxPool: {
    op: "MaxPool",
    inputs: [x],
    attrs: { ...window2d, strides: attr.ints([2, 2]), ceil_mode: attr.int(1) },
  },
  "AveragePool without pads": {
    op: "AveragePool",
    inputs: [x],
    attrs: { ...window2d, count_include_pad: attr.int(0) },
  },
  "AveragePool with pads": {
    op: "AveragePool",
    inputs: [x],
    attrs: { ...window2d, count_include_pad: attr.int(1) },
  },
  "AveragePool ceil_mode": {
    op: "AveragePool",
    inputs: [[1, 4, 10, 12]],
    attrs: { kernel_shape: attr.ints([3, 3]), strides: attr.ints([2, 2]), ceil_mode: attr.int(1) },
  },
  "AveragePool ceil_mode with pads": {
    op: "AveragePool",
    inputs: [[1, 4, 10, 12]],
    attrs: {
      kernel_shape: attr.ints([3, 3]),
      strides: attr.ints([2, 2]),
      pads: attr.ints([1, 1, 0, 0]),
      ceil_mode: attr.int(1),
      count_include_pad: attr.int(1),
    },
  },
  "AveragePool 1-D": {
    op: "AveragePool",
    inputs: [[1, 4, 20]],
    attrs: { kernel_shape: attr.ints([4]), strides: attr.ints([3]), pads: attr.ints([1, 2]) },
  },
  GlobalAveragePool: { op: "GlobalAveragePool", inputs: [x] },
  GlobalMaxPool: { op: "GlobalMaxPool", inputs: [x] },
  ReduceMean: { op: "ReduceMean", inputs: [x, int64Tensor([-1])], attrs: { keepdims: attr.int(0) } },
  Concat: { op: "Concat", inputs: [x, [1, 2, 9, 11], w(1, 3, 9, 11)], attrs: { axis: attr.int(1) } },
  Split: { op: "Split", inputs: [x, int64Tensor([1, 3])], attrs: { axis: attr.int(1) }, outputs: 2 },
  Slice: {
    op: "Slice",
    inputs: [x, int64Tensor([1, 8]), int64Tensor([4, -100]), int64Tensor([1, 2]), int64Tensor([2, -3])],
  },
  Pad: {
    op: "Pad",
    inputs: [x, int64Tensor([0, 0, 1, 2, 0, 1, 3, 0])],
    attrs: { mode: attr.string("constant") },
  },
  "Pad reflect": {
    op: "Pad",
    inputs: [x, int64Tensor([0, 0, 1, 2, 0, 0, 3, 0])],
    attrs: { mode: attr.string("reflect") },
  },
  "Pad with a value, named axes": {
    op: "Pad",
    inputs: [x, int64Tensor([1, 2]), float32Scalar(0.5), int64Tensor([-1])],
    attrs: { mode: attr.string("constant") },
  },
  Reshape: { op: "Reshape", inputs: [x, int64Tensor([4, -1])] },
  Flatten: { op: "Flatten", inputs: [x], attrs: { axis: attr.int(2) } },
  Squeeze: { op: "Squeeze", inputs: [x, int64Tensor([0])] },
  Unsqueeze: { op: "Unsqueeze", inputs: [x, int64Tensor([2])] },
  Transpose: { op: "Transpose", inputs: [x], attrs: { perm: attr.ints([0, 2, 3, 1]) } },
  "Resize nearest": {
    op: "Resize",
    inputs: [x, null, tensor("float32", [4], Float32Array.of(1, 1, 2, 1.5))],
    attrs: {
      mode: attr.string("nearest"),
      coordinate_transformation_mode: attr.string("asymmetric"),
      nearest_mode: attr.string("floor"),
    },
  },
  "Resize nearest by sizes": {
    op: "Resize",
    inputs: [x, null, null, int64Tensor([1, 4, 5, 20])],
    attrs: { mode: attr.string("nearest") },
  },
  "Resize linear": {
    op: "Resize",
    inputs: [x, null, tensor("float32", [4], Float32Array.of(1, 1, 2, 1.5))],
    attrs: { mode: attr.string("linear") },
  },
  "Resize linear, align_corners, by sizes": {
    op: "Resize",
    inputs: [x, null, null, int64Tensor([1, 4, 5, 20])],
    attrs: { mode: attr.string("linear"), coordinate_transformation_mode: attr.string("align_corners") },
  },
  "Resize linear 1-D": {
    op: "Resize",
    inputs: [[1, 4, 9], null, tensor("float32", [3], Float32Array.of(1, 1, 2))],
    attrs: { mode: attr.string("linear"), coordinate_transformation_mode: attr.string("asymmetric") },
  },
  Softmax: { op: "Softmax", inputs: [[3, 12]], attrs: { axis: attr.int(-1) }, spread: 2 },
  "Softmax, axis 1": { op: "Softmax", inputs: [[1, 5, 4, 3]], attrs: { axis: attr.int(1) }, spread: 2 },
  BatchNormalization: {
    op: "BatchNormalization",
    inputs: [x, w(4), w(4), w(4), tensor("float32", [4], Float32Array.of(0.5, 1, 2, 0.1))],
  },
};

/** Ops that only move values stay float unless an integer op reads them: these cases have a Relu behind. */
const MOVES = new Set(["Split", "Slice", "Pad", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose"]);

describe.each([8, 16] as const)("ops at %i bit keep their accuracy", (bits) => {
  it.each(Object.entries(CASES))("%s", async (_name, spec) => {
    const whole: OneOp = MOVES.has(spec.op) ? { ...spec, activation: "Relu" } : spec;
    for (const chip of ["TX5368AV200", "generic"]) {
      const result = await quantizeOne(whole, { bits, chip });
      expect(result.prepared.floatLayers).toEqual([]);
      for (const db of result.sqnrDb) expect(db).toBeGreaterThan(BAR[bits]);
    }
  });

  it("ArgMax finds the same index wherever the winner stands out", async () => {
    const result = await quantizeOne(
      { op: "ArgMax", inputs: [[1, 10, 12]], attrs: { axis: attr.int(2), keepdims: attr.int(0) } },
      { bits },
    );
    expect(result.prepared.floatLayers).toEqual([]);
    // At 8 bit two of twelve normal values round to the same integer now and then; the first one wins.
    expect(result.equal[0]!).toBeGreaterThan(bits === 8 ? 0.93 : 0.999);
  });
});
