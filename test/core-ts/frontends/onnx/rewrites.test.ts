import { describe, expect, it } from "vitest";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import type { Attribute } from "../../../../core-ts/graph/graph.ts";
import { int64Tensor, type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { expectSame, type OneOp, oneOpAt, opsOf } from "./compare.ts";

interface Case extends OneOp {
  /** First and last opset of the old form. */
  readonly opsets: readonly [number, number];
  /** What of the attributes tells the case from others of the op. */
  readonly what?: string;
  /** Nodes of the canonical form; one node of the same op when absent. */
  readonly becomes?: readonly string[];
  /** Share of the largest output; 0 (to the bit) unless the arithmetic runs in another order. */
  readonly tolerance?: number;
}

const floats = (...values: number[]): Tensor => tensor("float32", [values.length], Float32Array.from(values));
const x4 = [2, 4, 5, 7] as const;
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

const resizes: Case[] = (
  [
    [1, 1, 2, 3],
    [1, 1, 1.5, 1.7],
    [1, 1, 0.6, 0.35],
    [1, 1, 2, 0.6],
    [1, 1, 0.4, 1.6],
  ] as const
).flatMap((scales): Case[] =>
  ["nearest", "linear"].flatMap((mode): Case[] => {
    const what = `${mode} ${scales}`;
    const mixed = mode === "nearest" && Math.max(...scales) > 1 && Math.min(...scales) < 1;
    const becomes = mixed ? ["Resize", "Resize"] : ["Resize"];
    const attrs = { mode: attr.string(mode) };
    const resize: Case = {
      op: "Resize",
      what,
      opsets: [10, 10],
      inputs: [x4, floats(...scales)],
      attrs,
      becomes,
    };
    if (Math.min(...scales) < 1) return [resize];
    const old: Record<string, Attribute> = { ...attrs, scales: { kind: "floats", value: scales } };
    return [
      resize,
      { op: "Upsample", what, opsets: [7, 8], inputs: [x4], attrs: old, becomes },
      { ...resize, op: "Upsample", opsets: [9, 9] },
    ];
  }),
);

const empty = floats();
const resizesOf11: Case[] = ["half_pixel", "align_corners", "asymmetric", "tf_half_pixel_for_nn"].map(
  (mode): Case => ({
    op: "Resize",
    what: `${mode}, empty scales`,
    opsets: [11, 12],
    inputs: [x4, empty, empty, int64Tensor([2, 4, 9, 10])],
    attrs: { coordinate_transformation_mode: attr.string(mode) },
  }),
);

const softmaxes: Case[] = ["Softmax", "LogSoftmax", "Hardmax"].flatMap((op): Case[] => [
  {
    op,
    what: "axis 1 of 4",
    opsets: [7, 12],
    inputs: [x4],
    attrs: { axis: attr.int(1) },
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  {
    op,
    what: "default axis of 3",
    opsets: [7, 12],
    inputs: [[2, 3, 4]],
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  {
    op,
    what: "axis 0",
    opsets: [7, 12],
    inputs: [[3, 4]],
    attrs: { axis: attr.int(0) },
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  {
    op,
    what: "axis -2",
    opsets: [11, 12],
    inputs: [x4],
    attrs: { axis: attr.int(-2) },
    becomes: ["Flatten", op, "Shape", "Reshape"],
  },
  { op, what: "last axis", opsets: [7, 12], inputs: [x4], attrs: { axis: attr.int(3) } },
  { op, what: "axis -1", opsets: [11, 12], inputs: [x4], attrs: { axis: attr.int(-1) } },
  { op, what: "default axis of 2", opsets: [7, 12], inputs: [[3, 5]] },
  { op, what: "all but one of length 1", opsets: [7, 12], inputs: [[2, 6, 1, 1]] },
  { op, what: "all of length 1", opsets: [7, 12], inputs: [[3, 1, 1]] },
]);

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

const indices = tensor("int64", [2, 3], BigInt64Array.of(0n, 2n, 1n, 3n, 0n, 2n));
const rois = tensor("float32", [2, 4], Float32Array.of(0, 0, 5, 4, 1, 2, 6, 4.5));
const spellings: Case[] = [
  {
    op: "Scatter",
    opsets: [9, 10],
    inputs: [[4, 3], indices, [2, 3]],
    attrs: { axis: attr.int(0) },
    becomes: ["ScatterElements"],
  },
  {
    op: "RoiAlign",
    opsets: [10, 15],
    inputs: [x4, rois, int64Tensor([0, 1])],
    attrs: { output_height: attr.int(3), output_width: attr.int(2), sampling_ratio: attr.int(2) },
  },
  ...[undefined, "bilinear", "bicubic", "nearest"].map(
    (mode): Case => ({
      op: "GridSample",
      what: mode ?? "default mode",
      opsets: [16, 19],
      inputs: [x4, [2, 3, 3, 2]],
      attrs: mode === undefined ? {} : { mode: attr.string(mode) },
    }),
  ),
];

describe.each([
  ["attributes that became inputs", movedAttributes],
  ["Upsample and Resize", [...resizes, ...resizesOf11]],
  ["Softmax, LogSoftmax, Hardmax", softmaxes],
  ["normalizations", normalizations],
  ["other names, values and defaults", spellings],
] as const)("%s compute in canonical form what they did at their own opset", (_, cases) => {
  it.each(cases.map((each) => [`${each.op} ${each.what ?? ""}`, each] as const))(
    "%s",
    async (_name, each) => {
      for (let opset = each.opsets[0]; opset <= each.opsets[1]; opset++) {
        const canonical = await expectSame(oneOpAt(each, opset), each.tolerance);
        expect(opsOf(canonical), `opset ${opset}`).toEqual(each.becomes ?? [each.op]);
        expect(canonical.opsets.get("")).toBe(21);
      }
    },
  );
});
