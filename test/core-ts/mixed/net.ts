import { attr } from "../../../core-ts/graph/attributes.ts";
import { normals, random } from "../../support/numbers.ts";
import type { ModelText } from "../../support/text-model.ts";

const next = random(3);
const w = (...dims: number[]) => normals(dims, next, 0.3);
const pads = { pads: attr.ints([1, 1, 1, 1]) };

/** Convolutions, a residual sum, MaxPool and Reshape that only hand integers on, a Concat, a table, a Gemm. */
export const NET: ModelText = {
  inputs: { x: [1, 3, 8, 8] },
  constants: {
    w1: w(4, 3, 3, 3),
    w2: w(4, 4, 3, 3),
    w3: w(128, 5),
    shape: { dtype: "int64", dims: [2], data: BigInt64Array.of(1n, 128n) },
  },
  nodes: [
    ["c1", "Conv", "x w1", pads],
    ["r1", "Relu", "c1"],
    ["c2", "Conv", "r1 w2", pads],
    ["s", "Add", "c2 r1"],
    ["t", "Sigmoid", "c2"],
    ["p", "MaxPool", "s", { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) }],
    ["q", "MaxPool", "t", { kernel_shape: attr.ints([2, 2]), strides: attr.ints([2, 2]) }],
    ["j", "Concat", "p q", { axis: attr.int(1) }],
    ["f", "Reshape", "j shape"],
    ["y", "Gemm", "f w3"],
  ],
  outputs: "y",
};
