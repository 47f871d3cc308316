/** Normalisation as exporters write it, from the float model to the fixed and the QDQ one. */
import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Model } from "../../../core-ts/graph/graph.ts";
import { float32Scalar, int64Tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { floats } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const next = random(5);
const constants = {
  last: int64Tensor([-1]),
  first: int64Tensor([1]),
  two: float32Scalar(2),
  eps: float32Scalar(1e-6),
  tiny: float32Scalar(1e-12),
  gamma: floats(
    [24],
    Array.from({ length: 24 }, () => 0.5 + next()),
  ),
  beta: normals([24], next, 0.3),
  channel: floats([6, 1, 1], [1, 2, 0.5, 1, -1, 3]),
  six: floats([6], [1, 2, 0.5, 1, -1, 3]),
  three: floats([3], [1, 0.5, 2]),
  zeros: floats([3], [0, 0, 0]),
  ones: floats([3], [1, 1, 1]),
  rows: int64Tensor([0, 3, -1]),
  back: int64Tensor([0, 6, 4, 5]),
  shape: int64Tensor([1, 7, 24]),
};

const centered = (axes: string): NodeText[] => [
  ["m", "ReduceMean", `x ${axes}`],
  ["d", "Sub", "x m"],
  ["s", "Pow", "d two"],
  ["v", "ReduceMean", `s ${axes}`],
  ["e", "Add", "v eps"],
  ["r", "Sqrt", "e"],
  ["n", "Div", "d r"],
];

const image = [1, 6, 4, 5];
const sequence = [1, 7, 24];
const FORMS: Record<string, { x: number[]; nodes: NodeText[]; becomes: string[]; opset?: number }> = {
  "LayerNormalization before opset 17": {
    x: sequence,
    nodes: [...centered("last"), ["g", "Mul", "n gamma"], ["y", "Add", "g beta"]],
    becomes: ["LayerNormalization"],
  },
  "LayerNormalization of an image's channels (ConvNeXt)": {
    x: image,
    nodes: [...centered("first"), ["y", "Mul", "channel n"]],
    becomes: ["Transpose", "LayerNormalization", "Transpose"],
  },
  "LayerNormalization of a vector": {
    x: [24],
    nodes: [["y", "LayerNormalization", "x gamma beta"]],
    becomes: ["LayerNormalization"],
  },
  RMSNorm: {
    x: sequence,
    nodes: [
      ["s", "Pow", "x two"],
      ["v", "ReduceMean", "s last"],
      ["e", "Add", "v eps"],
      ["r", "Sqrt", "e"],
      ["i", "Reciprocal", "r"],
      ["n", "Mul", "x i"],
      ["y", "Mul", "gamma n"],
    ],
    becomes: ["RmsNormalization"],
  },
  "GroupNormalization as PyTorch writes it": {
    x: image,
    nodes: [
      ["r", "Reshape", "x rows"],
      ["n", "InstanceNormalization", "r ones zeros"],
      ["b", "Reshape", "n back"],
      ["y", "Mul", "b channel"],
    ],
    becomes: ["GroupNormalization"],
  },
  "GroupNormalization of opset 18, parameters per group": {
    x: image,
    nodes: [["y", "GroupNormalization", "x three zeros", { num_groups: attr.int(3) }]],
    becomes: ["GroupNormalization"],
    opset: 18,
  },
  "x / |x| as PyTorch writes it": {
    x: sequence,
    nodes: [
      ["n", "ReduceL2", "x last"],
      ["c", "Clip", "n tiny"],
      ["e", "Expand", "c shape"],
      ["y", "Div", "x e"],
    ],
    becomes: ["RmsNormalization"],
  },
};

function modelOf({ x, nodes, opset }: (typeof FORMS)[string]): Model {
  const model = buildModel({ inputs: { x }, constants, nodes, outputs: "y" });
  return opset === undefined ? model : { ...model, opsets: new Map([["", opset]]) };
}

describe.each([8, 16] as const)("at %i bit", (bits) => {
  it.each(Object.entries(FORMS))("%s", async (_, form) => {
    const fixed = await wholeWay(modelOf(form), { options: { bits } });
    expect(fixed.prepared.floatLayers).toEqual([]);
    const edges = ["QuantizeLinear", "Cast"];
    const ops = fixed.quantized.quantized.graph.nodes.map(({ op }) => op);
    expect(ops.filter((op) => !edges.includes(op))).toEqual(form.becomes);
    // The bars of normalization.test.ts, less what four batches of 24 numbers vary.
    expect(outputSqnr(fixed, "y")).toBeGreaterThan(bits === 8 ? 33 : 74);
  });

  it.each(Object.entries(FORMS))("%s, as QDQ", async (_, form) => {
    const result = await wholeWay(modelOf(form), { options: { bits, ir: "qdq" } });
    expect(outputSqnr(result, "y")).toBeGreaterThan(bits === 8 ? 33 : 74);
  });
});
