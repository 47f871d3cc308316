import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, int64Tensor, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

async function ops(nodes: NodeText[], dims: number[], constants: Record<string, Tensor>, outputs = "y") {
  return (await optimized(buildModel({ inputs: { x: dims }, constants, nodes, outputs }))).ops;
}

describe("GroupNormalization is found in Reshape, InstanceNormalization, Reshape", () => {
  const constants = {
    rows: int64Tensor([0, 2, -1]),
    square: int64Tensor([2, 2, 9, 5]),
    mixed: int64Tensor([1, 4, -1]),
    back: int64Tensor([2, 6, 3, 5]),
    flat: int64Tensor([2, 6, 15]),
    ones: floats([2], [1, 1]),
    zeros: floats([2], [0, 0]),
    perGroup: floats([2], [0.5, -2]),
    four: floats([4], [1, 2, 3, 4]),
    gamma: floats([6, 1, 1], [1, -2, 0.5, 3, 1, 0.1]),
    beta: floats([1, 6, 1, 1]),
  };
  const before: NodeText = ["r", "Reshape", "x rows"];
  const norm: NodeText = ["n", "InstanceNormalization", "r ones zeros", { epsilon: attr.float(1e-3) }];
  const tail: NodeText[] = [
    ["g", "Mul", "b gamma"],
    ["y", "Add", "g beta"],
  ];
  const check = (nodes: NodeText[], outputs = "y") => ops(nodes, [2, 6, 3, 5], constants, outputs);

  it.each<[string, NodeText[]]>([
    ["with γ and β per channel", [before, norm, ["b", "Reshape", "n back"], ...tail]],
    ["without", [before, norm, ["y", "Reshape", "n back"]]],
    ["with β alone", [before, norm, ["b", "Reshape", "n back"], ["y", "Add", "beta b"]]],
    ["with rows of several axes", [["r", "Reshape", "x square"], norm, ["b", "Reshape", "n back"], ...tail]],
    [
      "with scale and bias per group",
      [before, ["n", "InstanceNormalization", "r perGroup perGroup"], ["b", "Reshape", "n back"], ...tail],
    ],
  ])("%s", async (_, nodes) => {
    expect(await check(nodes)).toEqual(["GroupNormalization"]);
  });

  it("takes name, origins and epsilon over", async () => {
    const nodes = [before, norm, ["b", "Reshape", "n back"], ...tail] as NodeText[];
    const model = buildModel({ inputs: { x: [2, 6, 3, 5] }, constants, nodes, outputs: "y" });
    const [node] = (await optimized(model)).nodes;
    expect(node).toMatchObject({ name: "node_y", origins: ["node_r", "node_n", "node_b", "node_g"] });
    expect(node!.attrs.get("epsilon")).toEqual(attr.float(1e-3));
    expect(node!.attrs.get("num_groups")).toEqual(attr.int(2));
  });

  it.each<[string, NodeText[], string?]>([
    ["another shape behind", [before, norm, ["y", "Reshape", "n flat"]]],
    [
      "groups across samples",
      [
        ["r", "Reshape", "x mixed"],
        ["n", "InstanceNormalization", "r four four"],
        ["y", "Reshape", "n back"],
      ],
    ],
    ["rows that others read", [before, norm, ["y", "Reshape", "n back"], ["z", "Relu", "r"]], "y z"],
    ["a result that others read", [before, norm, ["y", "Reshape", "n back"]], "y n"],
  ])("but not in: %s", async (_, nodes, outputs) => {
    expect(await check(nodes, outputs)).toContain("InstanceNormalization");
  });
});

describe("LpNormalization is found in x / ‖x‖", () => {
  const constants = {
    last: int64Tensor([-1]),
    both: int64Tensor([1, 2]),
    shape: int64Tensor([2, 4, 12]),
    tiny: float32Scalar(1e-12),
    floor: float32Scalar(1e-6),
    big: float32Scalar(0.1),
    one: float32Scalar(1),
    two: float32Scalar(2),
    minusHalf: float32Scalar(-0.5),
  };
  const check = (nodes: NodeText[], outputs = "y") => ops(nodes, [2, 4, 12], constants, outputs);
  const norm: NodeText = ["n", "ReduceL2", "x last"];

  it.each<[string, NodeText[]]>([
    [
      "PyTorch: ReduceL2, Clip, Expand, Div",
      [norm, ["c", "Clip", "n tiny"], ["e", "Expand", "c shape"], ["y", "Div", "x e"]],
    ],
    ["ReduceL2, Div", [norm, ["y", "Div", "x n"]]],
    ["ReduceL2, Add, Div", [norm, ["c", "Add", "n floor"], ["y", "Div", "x c"]]],
    [
      "TensorFlow: Mul, ReduceSum, Max, Sqrt, Reciprocal, Mul",
      [
        ["s", "Mul", "x x"],
        ["q", "ReduceSum", "s last"],
        ["m", "Max", "q tiny"],
        ["r", "Sqrt", "m"],
        ["i", "Reciprocal", "r"],
        ["y", "Mul", "x i"],
      ],
    ],
    [
      "Pow, ReduceSum, Sqrt, Div",
      [
        ["s", "Pow", "x two"],
        ["q", "ReduceSum", "s last"],
        ["r", "Sqrt", "q"],
        ["y", "Div", "x r"],
      ],
    ],
    [
      "ReduceSumSquare, Pow, Mul",
      [
        ["q", "ReduceSumSquare", "x last"],
        ["i", "Pow", "q minusHalf"],
        ["y", "Mul", "i x"],
      ],
    ],
    ["1 / ‖x‖", [norm, ["i", "Div", "one n"], ["y", "Mul", "x i"]]],
  ])("%s", async (_, nodes) => {
    expect(await check(nodes)).toEqual(["LpNormalization"]);
  });

  it.each<[string, NodeText[], string?]>([
    [
      "several axes",
      [
        ["n", "ReduceL2", "x both"],
        ["y", "Div", "x n"],
      ],
    ],
    ["a floor that shows", [norm, ["c", "Max", "n big"], ["y", "Div", "x c"]]],
    [
      "a floor under the square that shows",
      [
        ["q", "ReduceSumSquare", "x last"],
        ["c", "Add", "q floor"],
        ["r", "Sqrt", "c"],
        ["y", "Div", "x r"],
      ],
    ],
    ["‖x‖ / x", [norm, ["y", "Div", "n x"]]],
    [
      "x / ‖x‖²",
      [
        ["q", "ReduceSumSquare", "x last"],
        ["y", "Div", "x q"],
      ],
    ],
    ["another numerator", [norm, ["a", "Exp", "x"], ["y", "Div", "a n"]]],
    ["a norm that others read", [norm, ["y", "Div", "x n"], ["z", "Relu", "n"]], "y z"],
    ["a norm that is an output", [norm, ["y", "Div", "x n"]], "y n"],
  ])("but not in: %s", async (_, nodes, outputs) => {
    expect(await check(nodes, outputs)).not.toContain("LpNormalization");
  });
});
