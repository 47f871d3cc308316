import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, int64Tensor, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const perm = (...axes: number[]) => ({ perm: attr.ints(axes) });
const CONSTANTS: Record<string, Tensor> = {
  w: floats([6, 8]),
  b: floats([8]),
  wk: floats([6, 8]),
  heads: int64Tensor([1, 5, 2, 4]),
  c: float32Scalar(0.5),
  d: floats([1, 1], [-2]),
};

function after(nodes: NodeText[], outputs = "z", constants: Record<string, Tensor> = {}) {
  return optimized(
    buildModel({ inputs: { x: [1, 5, 6] }, nodes, outputs, constants: { ...CONSTANTS, ...constants } }),
  );
}

/** Queries and keys of two heads. */
const QK: NodeText[] = [
  ["p", "MatMul", "x w"],
  ["y", "Add", "p b"],
  ["h", "Reshape", "y heads"],
  ["q", "Transpose", "h", perm(0, 2, 1, 3)],
  ["kp", "MatMul", "x wk"],
  ["kh", "Reshape", "kp heads"],
  ["k", "Transpose", "kh", perm(0, 2, 3, 1)],
];

describe("a number is folded into weights", () => {
  it("behind moved queries", async () => {
    const result = await after([...QK, ["s", "Mul", "c q"], ["z", "MatMul", "s k"]]);
    expect(result.ops).not.toContain("Mul");
  });

  it("behind the scores, as a quotient", async () => {
    const result = await after([...QK, ["s", "MatMul", "q k"], ["z", "Div", "s d"]]);
    expect(result.ops).not.toContain("Div");
  });

  it("behind LayerNormalization, gain and offset", async () => {
    const norm: NodeText[] = [
      ["n", "LayerNormalization", "x g o", { axis: attr.int(-1) }],
      ["z", "Mul", "n c"],
    ];
    const result = await after(norm, "z", { g: floats([6]), o: floats([6]) });
    expect(result.ops).toEqual(["LayerNormalization"]);
  });

  it("from queries and keys alike", async () => {
    const result = await after([...QK, ["s", "Mul", "q c"], ["r", "Mul", "k c"], ["z", "MatMul", "s r"]]);
    expect(result.ops).not.toContain("Mul");
  });
});

describe("a number stays where", () => {
  it.each<[string, NodeText[], string]>([
    [
      "somebody else reads the queries",
      [...QK, ["s", "Mul", "q c"], ["r", "Relu", "q"], ["z", "MatMul", "s k"]],
      "z r",
    ],
    [
      "there are no weights",
      [
        ["r", "Sigmoid", "x"],
        ["z", "Mul", "r c"],
      ],
      "z",
    ],
    ["an activation is between", [...QK, ["r", "Sigmoid", "q"], ["z", "Mul", "r c"]], "z k"],
    ["it is divided by the product", [...QK, ["z", "Div", "c q"]], "z k"],
  ])("%s", async (_, nodes, outputs) => {
    const { ops } = await after(nodes, outputs);
    expect(ops.filter((op) => op === "Mul" || op === "Div" || op === "Pointwise")).toHaveLength(1);
  });
});
