import { attr } from "../../../../../core-ts/graph/attributes.ts";
import { type Tensor, tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { type Case, describeRewrites, x4 } from "./cases.ts";

const statistics = (...dims: number[]): Tensor => {
  const count = dims.reduce((a, b) => a * b, 1);
  return tensor(
    "float32",
    dims,
    Float32Array.from({ length: count }, (_, i) => 0.5 + ((i * 7) % 11) / 11),
  );
};

const normalizations: Case[] = [
  {
    op: "BatchNormalization",
    opsets: [7, 22],
    inputs: [x4, ...[4, 4, 4, 4].map((c) => statistics(c))],
    attrs: { epsilon: attr.float(1e-3) },
  },
  {
    op: "BatchNormalization",
    what: "spatial 1",
    opsets: [7, 8],
    inputs: [x4, ...[4, 4, 4, 4].map((c) => statistics(c))],
    attrs: { spatial: attr.int(1) },
  },
  {
    op: "BatchNormalization",
    what: "spatial 0",
    opsets: [7, 8],
    inputs: [x4, ...[0, 1, 2, 3].map(() => statistics(4, 5, 7))],
    attrs: { spatial: attr.int(0), epsilon: attr.float(1e-3) },
    becomes: ["Sub", "Add", "Sqrt", "Div", "Mul", "Add"],
    // ONNX Runtime multiplies by 1 / sqrt; we divide.
    tolerance: 1e-6,
  },
  {
    op: "GroupNormalization",
    opsets: [18, 20],
    inputs: [x4, statistics(2), statistics(2)],
    attrs: { num_groups: attr.int(2), epsilon: attr.float(1e-3) },
    becomes: [
      "Shape",
      "Div",
      "Concat",
      ...["Reshape", "Expand", "Reshape", "Reshape", "Expand", "Reshape"],
      "GroupNormalization",
    ],
    // ONNX Runtime expands both from their function bodies, which reduce in different shapes.
    tolerance: 1e-6,
  },
  ...[0, 1].map(
    (across): Case => ({
      op: "MeanVarianceNormalization",
      what: `across ${across}`,
      opsets: [7, 8],
      inputs: [x4],
      attrs: { across_channels: attr.int(across), normalize_variance: attr.int(1) },
      // Another kernel from opset 9 on.
      tolerance: 1e-6,
    }),
  ),
  {
    op: "MeanVarianceNormalization",
    what: "mean only",
    opsets: [7, 8],
    inputs: [x4],
    attrs: { across_channels: attr.int(0), normalize_variance: attr.int(0) },
    becomes: ["ReduceMean", "Sub"],
    tolerance: 1e-6,
  },
  {
    op: "ImageScaler",
    opsets: [7, 9],
    inputs: [[2, 3, 4, 5]],
    attrs: { scale: attr.float(2), bias: { kind: "floats", value: [0.25, -1, 3] } },
    becomes: ["Mul", "Add"],
  },
];

describeRewrites("normalizations", normalizations);
