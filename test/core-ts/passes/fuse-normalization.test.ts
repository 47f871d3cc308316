import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, int64Tensor, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const constants = {
  last: int64Tensor([-1]),
  lastTwo: int64Tensor([2, -1]),
  first: int64Tensor([1]),
  spatial: int64Tensor([2, 3]),
  two: float32Scalar(2),
  half: float32Scalar(0.5),
  minusHalf: float32Scalar(-0.5),
  one: float32Scalar(1),
  eps: float32Scalar(1e-5),
  gamma: floats([12], [3, 0.5, -2, 1, 1.5, 0.25, 1, 1, 2, 0.7, -1, 0.1]),
  beta: floats([12]),
  matrix: floats([4, 12]),
  channel: floats([4, 1, 1]),
  channelBeta: floats([1, 4, 1, 1]),
  single: floats([1], [1.5]),
};

const MEAN: NodeText = ["m", "ReduceMean", "x last"];
const CENTER: NodeText = ["d", "Sub", "x m"];
const SQUARE: NodeText = ["s", "Mul", "d d"];
const SPREAD: NodeText[] = [
  ["v", "ReduceMean", "s last"],
  ["e", "Add", "v eps"],
  ["r", "Sqrt", "e"],
];
const UPPER: NodeText[] = [MEAN, CENTER, SQUARE, ...SPREAD];
const AFFINE = (from: string): NodeText[] => [
  ["g", "Mul", `${from} gamma`],
  ["y", "Add", "g beta"],
];

async function fuse(nodes: NodeText[], dims = [2, 4, 12], more: Record<string, Tensor> = {}, outputs = "y") {
  return optimized(buildModel({ inputs: { x: dims }, constants: { ...constants, ...more }, nodes, outputs }));
}

const SPELLINGS: Record<string, NodeText[]> = {
  "d / σ · γ + β": [...UPPER, ["n", "Div", "d r"], ...AFFINE("n")],
  "the square as Pow": [MEAN, CENTER, ["s", "Pow", "d two"], ...SPREAD, ["n", "Div", "d r"], ...AFFINE("n")],
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

const isNormalization = (op: string) => op.endsWith("Normalization");

describe("is left alone:", () => {
  const div: NodeText = ["y", "Div", "d r"];
  const replaced = (name: string, by: NodeText): NodeText[] =>
    [...UPPER, div].map((node) => (node[0] === name ? by : node));
  it.each<[string, NodeText[]]>([
    ["a mean over other axes than the variance's", replaced("m", ["m", "ReduceMean", "x first"])],
    ["a variance over other axes than the mean's", replaced("v", ["v", "ReduceMean", "s first"])],
    ["a fourth power", replaced("s", ["s", "Pow", "d four"])],
    ["a product of two values", replaced("s", ["s", "Mul", "d x"])],
    ["a sum in the place of the mean", replaced("v", ["v", "ReduceSum", "s last"])],
    ["an ε of several elements", replaced("e", ["e", "Add", "v several"])],
    ["a negative ε", replaced("e", ["e", "Add", "v negative"])],
    ["another root", replaced("r", ["r", "Pow", "e third"])],
    ["another numerator", replaced("y", ["y", "Div", "x r"])],
    ["σ / d", replaced("y", ["y", "Div", "r far"])],
    ["mean - x", replaced("d", ["d", "Sub", "m x"])],
  ])("%s", async (_, nodes) => {
    const more = {
      several: floats([12], new Array<number>(12).fill(1e-5)),
      negative: float32Scalar(-1e-6),
      four: float32Scalar(4),
      third: float32Scalar(1 / 3),
    };
    const result = await fuse([["far", "Exp", "x"], ...nodes], [2, 4, 12], more);
    // What is divided by the root of a mean square is RMSNorm all the same.
    expect(result.ops).not.toContain("LayerNormalization");
  });

  it("values that others read, or that are outputs", async () => {
    for (const outputs of ["y m", "y d", "y v", "y r"]) {
      const result = await fuse([...UPPER, div], [2, 4, 12], {}, outputs);
      expect(result.ops.filter(isNormalization)).toEqual([]);
    }
    const result = await fuse([...UPPER, div, ["z", "Relu", "r"]], [2, 4, 12], {}, "y z");
    expect(result.ops.filter(isNormalization)).toEqual([]);
  });

  it("γ that others than the pattern multiply stays a constant for both", async () => {
    const nodes: NodeText[] = [
      ...UPPER,
      ["n", "Div", "d r"],
      ["y", "Mul", "n gamma"],
      ["z", "Mul", "x gamma"],
    ];
    expect((await fuse(nodes, [2, 4, 12], {}, "y z")).ops.toSorted()).toEqual(["LayerNormalization", "Mul"]);
  });

  it("a γ that varies along other axes stays behind", async () => {
    const nodes: NodeText[] = [...UPPER, ["n", "Div", "d r"], ["y", "Mul", "n matrix"]];
    expect((await fuse(nodes)).ops).toEqual(["LayerNormalization", "Mul"]);
  });

  it("a γ inside of the pattern that varies along other axes", async () => {
    const nodes: NodeText[] = [
      ...UPPER,
      ["i", "Reciprocal", "r"],
      ["k", "Mul", "i matrix"],
      ["y", "Mul", "d k"],
    ];
    expect((await fuse(nodes)).ops.filter(isNormalization)).toEqual([]);
  });
});
