import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { NodeText } from "../../support/text-model.ts";
import { AFFINE, CENTER, fuse, MEAN, SPREAD, SQUARE, UPPER } from "./normalization-nodes.ts";

const SPELLINGS: Record<string, NodeText[]> = {
  "d / σ · γ + β": [...UPPER, ["n", "Div", "d r"], ...AFFINE("n")],
  "the square as Pow": [MEAN, CENTER, ["s", "Pow", "d two"], ...SPREAD, ["n", "Div", "d r"], ...AFFINE("n")],
  "an integer exponent": [
    MEAN,
    CENTER,
    ["s", "Pow", "d integerTwo"],
    ...SPREAD,
    ["n", "Div", "d r"],
    ...AFFINE("n"),
  ],
  "d computed twice": [
    MEAN,
    CENTER,
    ["d2", "Sub", "x m"],
    ["s", "Pow", "d2 two"],
    ...SPREAD,
    ["n", "Div", "d r"],
    ...AFFINE("n"),
  ],
  "ε first, γ first, β first": [
    MEAN,
    CENTER,
    SQUARE,
    ["v", "ReduceMean", "s last"],
    ["e", "Add", "eps v"],
    ["r", "Sqrt", "e"],
    ["n", "Div", "d r"],
    ["g", "Mul", "gamma n"],
    ["y", "Add", "beta g"],
  ],
  "√ as Pow": [
    MEAN,
    CENTER,
    SQUARE,
    ["v", "ReduceMean", "s last"],
    ["e", "Add", "v eps"],
    ["r", "Pow", "e half"],
    ["n", "Div", "d r"],
    ...AFFINE("n"),
  ],
  "1/√ as Pow": [
    MEAN,
    CENTER,
    SQUARE,
    ["v", "ReduceMean", "s last"],
    ["e", "Add", "v eps"],
    ["r", "Pow", "e minusHalf"],
    ["n", "Mul", "d r"],
    ...AFFINE("n"),
  ],
  "1/√ as Reciprocal": [...UPPER, ["i", "Reciprocal", "r"], ["n", "Mul", "i d"], ...AFFINE("n")],
  "1/√ as Div": [...UPPER, ["i", "Div", "one r"], ["n", "Mul", "d i"], ...AFFINE("n")],
  "d · (γ/σ) + β": [
    ...UPPER,
    ["i", "Reciprocal", "r"],
    ["k", "Mul", "i gamma"],
    ["n", "Mul", "d k"],
    ["y", "Add", "n beta"],
  ],
  "TensorFlow: x·(γ/σ) + (β - mean·(γ/σ))": [
    ...UPPER,
    ["i", "Reciprocal", "r"],
    ["k", "Mul", "i gamma"],
    ["a", "Mul", "x k"],
    ["b", "Mul", "m k"],
    ["c", "Sub", "beta b"],
    ["y", "Add", "a c"],
  ],
  "without β": [...UPPER, ["n", "Div", "d r"], ["y", "Mul", "n gamma"]],
  "without γ": [...UPPER, ["n", "Div", "d r"], ["y", "Add", "n beta"]],
  "without γ and β": [...UPPER, ["y", "Div", "d r"]],
  "TensorFlow without β": [
    ...UPPER,
    ["i", "Reciprocal", "r"],
    ["k", "Mul", "i gamma"],
    ["a", "Mul", "x k"],
    ["b", "Mul", "m k"],
    ["c", "Neg", "b"],
    ["y", "Add", "a c"],
  ],
  "TensorFlow without γ and β": [
    ...UPPER,
    ["i", "Reciprocal", "r"],
    ["a", "Mul", "x i"],
    ["b", "Mul", "m i"],
    ["y", "Sub", "a b"],
  ],
  "γ and β of one element": [...UPPER, ["n", "Div", "d r"], ["g", "Mul", "n single"], ["y", "Add", "g half"]],
};

describe("LayerNormalization is found in", () => {
  it.each(Object.entries(SPELLINGS))("%s", async (_, nodes) => {
    const result = await fuse(nodes);
    expect(result.ops).toEqual(["LayerNormalization"]);
    const [node] = result.nodes;
    expect(node!.attrs.get("axis")).toEqual(attr.int(2));
    expect(node!.attrs.get("epsilon")).toEqual(attr.float(Math.fround(1e-5)));
    expect(new Set([node!.name, ...node!.origins])).toEqual(new Set(nodes.map(([y]) => `node_${y}`)));
  });

  it("several axes", async () => {
    const nodes = UPPER.map(([y, op, inputs]): NodeText => [y, op, inputs.replace("last", "lastTwo")]);
    const tail: NodeText[] = [
      ["n", "Div", "d r"],
      ["g", "Mul", "n matrix"],
      ["y", "Add", "g gamma"],
    ];
    const result = await fuse([...nodes, ...tail], [2, 3, 4, 12]);
    expect(result.ops).toEqual(["LayerNormalization"]);
    expect(result.nodes[0]!.attrs.get("axis")).toEqual(attr.int(2));
  });

  it("the channels of an image, between transpositions", async () => {
    const nodes = UPPER.map(([y, op, inputs]): NodeText => [y, op, inputs.replace("last", "first")]);
    const tail: NodeText[] = [
      ["n", "Div", "d r"],
      ["g", "Mul", "channel n"],
      ["y", "Add", "g channelBeta"],
    ];
    expect((await fuse([...nodes, ...tail], [2, 4, 3, 5])).ops).toEqual([
      "Transpose",
      "LayerNormalization",
      "Transpose",
    ]);
  });
});

describe("InstanceNormalization is found", () => {
  const spatial = UPPER.map(([y, op, inputs]): NodeText => [y, op, inputs.replace("last", "spatial")]);
  it.each<[string, NodeText[]]>([
    [
      "with γ and β per channel",
      [
        ["n", "Div", "d r"],
        ["g", "Mul", "channel n"],
        ["y", "Add", "g channelBeta"],
      ],
    ],
    ["with none", [["y", "Div", "d r"]]],
  ])("%s", async (_, tail) => {
    expect((await fuse([...spatial, ...tail], [2, 4, 3, 5])).ops).toEqual(["InstanceNormalization"]);
  });

  it("channels last, as TensorFlow has them, between transpositions", async () => {
    const nodes: NodeText[] = [
      ...UPPER.map(([y, op, inputs]): NodeText => [y, op, inputs.replace("last", "inner")]),
      ["i", "Reciprocal", "r"],
      ["k", "Mul", "i gamma"],
      ["a", "Mul", "x k"],
      ["b", "Mul", "m k"],
      ["c", "Sub", "beta b"],
      ["y", "Add", "a c"],
    ];
    expect((await fuse(nodes, [2, 3, 5, 12])).ops).toEqual([
      "Transpose",
      "InstanceNormalization",
      "Transpose",
    ]);
  });

  it("but not where γ belongs to positions", async () => {
    const tail: NodeText[] = [
      ["n", "Div", "d r"],
      ["y", "Mul", "n matrix"],
    ];
    expect((await fuse([...spatial, ...tail], [2, 3, 4, 12])).ops).toEqual(["LayerNormalization"]);
  });
});

describe("RMSNorm is found in", () => {
  const upper: NodeText[] = [["s", "Mul", "x x"], ...SPREAD];
  it.each<[string, NodeText[]]>([
    ["x·(1/σ)·γ", [...upper, ["i", "Reciprocal", "r"], ["n", "Mul", "x i"], ["y", "Mul", "gamma n"]]],
    ["x/σ·γ", [...upper, ["n", "Div", "x r"], ["y", "Mul", "n gamma"]]],
    [
      "the square as Pow, 1/√ as Div",
      [["s", "Pow", "x two"], ...SPREAD, ["i", "Div", "one r"], ["n", "Mul", "x i"], ["y", "Mul", "n gamma"]],
    ],
    ["x·(γ/σ)", [...upper, ["i", "Reciprocal", "r"], ["k", "Mul", "i gamma"], ["y", "Mul", "x k"]]],
    ["x/σ", [...upper, ["y", "Div", "x r"]]],
  ])("%s", async (_, nodes) => {
    expect((await fuse(nodes)).ops).toEqual(["SimplifiedLayerNormalization"]);
  });

  it("x/σ·γ + β, where β stays", async () => {
    const nodes: NodeText[] = [...upper, ["n", "Div", "x r"], ...AFFINE("n")];
    expect((await fuse(nodes)).ops).toEqual(["SimplifiedLayerNormalization", "Add"]);
  });
});
