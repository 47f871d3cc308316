import { attr } from "../../../../../core-ts/graph/attributes.ts";
import { int64Tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { type Case, describeRewrites, x4 } from "./cases.ts";

const INT64_MAX = 2 ** 63;

const slices: Case[] = [
  {
    op: "Slice",
    opsets: [7, 9],
    inputs: [x4],
    attrs: { starts: attr.ints([1, -3]), ends: attr.ints([3, -1]) },
  },
  {
    op: "Slice",
    what: "axes, until the end",
    opsets: [7, 9],
    inputs: [x4],
    attrs: { starts: attr.ints([1, 2]), ends: attr.ints([INT64_MAX, 100]), axes: attr.ints([3, 1]) },
  },
];

const reductions: Case[] = [
  "L1",
  "L2",
  "LogSumExp",
  "Max",
  "Mean",
  "Min",
  "Prod",
  "SumSquare",
  "Sum",
].flatMap((name): Case[] => {
  const [op, last] = [`Reduce${name}`, name === "Sum" ? 12 : 17];
  return [
    { op, opsets: [7, last], inputs: [x4], attrs: { axes: attr.ints([1, 3]), keepdims: attr.int(0) } },
    { op, what: "all axes", opsets: [7, last], inputs: [x4] },
    { op, what: "negative axis", opsets: [11, last], inputs: [x4], attrs: { axes: attr.ints([-1]) } },
  ];
});

const movedAttributes: Case[] = [
  ...slices,
  ...reductions,
  { op: "Clip", opsets: [7, 10], inputs: [x4], attrs: { min: attr.float(-0.3), max: attr.float(0.7) } },
  { op: "Clip", what: "min only", opsets: [7, 10], inputs: [x4], attrs: { min: attr.float(0) } },
  { op: "Clip", what: "max only", opsets: [7, 10], inputs: [x4], attrs: { max: attr.float(0.5) } },
  { op: "Clip", what: "no bounds", opsets: [7, 10], inputs: [x4] },
  {
    op: "Pad",
    opsets: [7, 10],
    inputs: [x4],
    attrs: { pads: attr.ints([0, 0, 1, 2, 0, 0, 3, -1]), value: attr.float(1.5) },
  },
  {
    op: "Pad",
    what: "no value",
    opsets: [7, 10],
    inputs: [x4],
    attrs: { pads: attr.ints([0, 0, 1, 2, 0, 1, 3, 0]) },
  },
  ...["reflect", "edge"].map(
    (mode): Case => ({
      op: "Pad",
      what: mode,
      opsets: [7, 10],
      inputs: [x4],
      attrs: { pads: attr.ints([0, 0, 2, 2, 0, 0, 1, 3]), mode: attr.string(mode) },
    }),
  ),
  { op: "TopK", opsets: [7, 9], inputs: [x4], outputs: 2, attrs: { k: attr.int(3), axis: attr.int(2) } },
  { op: "Dropout", opsets: [7, 11], inputs: [x4], attrs: { ratio: attr.float(0.3) } },
  { op: "Squeeze", opsets: [7, 12], inputs: [[1, 3, 1, 4]], attrs: { axes: attr.ints([0, 2]) } },
  { op: "Squeeze", what: "all", opsets: [7, 12], inputs: [[1, 3, 1, 4]] },
  { op: "Unsqueeze", opsets: [7, 12], inputs: [[3, 4]], attrs: { axes: attr.ints([0, 3]) } },
  { op: "Unsqueeze", what: "negative", opsets: [11, 12], inputs: [[3, 4]], attrs: { axes: attr.ints([-1]) } },
  {
    op: "Split",
    opsets: [7, 12],
    inputs: [x4],
    outputs: 2,
    attrs: { axis: attr.int(3), split: attr.ints([3, 4]) },
  },
  {
    op: "Split",
    what: "equal parts",
    opsets: [7, 17],
    inputs: [x4],
    outputs: 4,
    attrs: { axis: attr.int(1) },
  },
  {
    op: "Split",
    what: "as input",
    opsets: [13, 17],
    inputs: [x4, int64Tensor([1, 3])],
    outputs: 2,
    attrs: { axis: attr.int(1) },
  },
  { op: "DFT", what: "default axis", opsets: [17, 19], inputs: [[2, 8, 1]] },
  {
    op: "DFT",
    opsets: [17, 19],
    inputs: [[2, 3, 8, 1]],
    attrs: { axis: attr.int(2), onesided: attr.int(1) },
  },
];

describeRewrites("attributes that became inputs", movedAttributes);
