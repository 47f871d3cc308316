import { attr } from "../../../../../core-ts/graph/attributes.ts";
import { int64Tensor, tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { type Case, describeRewrites, x4 } from "./cases.ts";

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

describeRewrites("other names, values and defaults", spellings);
