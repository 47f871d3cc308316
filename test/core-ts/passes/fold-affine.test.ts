import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const bn = {
  gamma: floats([6], [1, 0.5, -2, 0, 1.5, 3]),
  beta: floats([6]),
  mean: floats([6], [0.1, -0.4, 2, 1, 0, 0.7]),
  variance: floats([6], [1, 0.25, 4, 1e-9, 2, 0.01]),
};
const constants = {
  ...bn,
  w: floats([6, 4, 3, 3]),
  wt: floats([4, 3, 2, 2]),
  b: floats([6]),
  m: floats([8, 6]),
};
const BN: NodeText = ["z", "BatchNormalization", "y gamma beta mean variance"];

async function ops(inputs: Record<string, number[]>, nodes: NodeText[], outputs = "z", more = {}) {
  return optimized(buildModel({ inputs, nodes, outputs, constants: { ...constants, ...more } }));
}

describe("BatchNormalization folds into", () => {
  it.each([
    ["Conv", "x w b", {}],
    ["Conv", "x w", {}],
    ["ConvTranspose", "x wt b", { group: attr.int(2), strides: attr.ints([2, 2]) }],
    ["ConvTranspose", "x wt", { group: attr.int(2) }],
  ])("%s(%s)", async (op, inputs, attrs) => {
    const result = await ops({ x: [2, 4, 7, 7] }, [["y", op, inputs, attrs], BN]);
    expect(result.ops).toEqual([op]);
    expect(result.nodes[0]).toMatchObject({ name: "node_y", outputs: ["z"], origins: ["node_z"] });
  });

  it.each([
    ["Gemm", "x m b"],
    ["Gemm", "x m"],
    ["MatMul", "x m"],
  ])("%s(%s), which is a Gemm then", async (op, inputs) => {
    expect((await ops({ x: [3, 8] }, [["y", op, inputs], BN])).ops).toEqual(["Gemm"]);
  });
});

describe("BatchNormalization stays", () => {
  it("alone behind an input", async () => {
    const model = buildModel({ inputs: { y: [1, 6, 4] }, nodes: [BN], outputs: "z", constants });
    expect((await optimized(model)).ops).toEqual(["BatchNormalization"]);
  });

  it("when others read the result, and says so", async () => {
    const result = await ops({ x: [1, 4, 7, 7] }, [["y", "Conv", "x w b"], BN, ["r", "Relu", "y"]], "z r");
    expect(result.ops.toSorted()).toEqual(["BatchNormalization", "Conv", "Relu"]);
    expect(result.notes.join("\n")).toContain(
      'BatchNormalization "node_z" left as it is, other nodes read the result of Conv "node_y"',
    );
  });

  it("when the weights are computed at run time", async () => {
    const result = await ops({ x: [1, 4, 7, 7], v: [6, 4, 3, 3] }, [["y", "Conv", "x v b"], BN]);
    expect(result.ops).toEqual(["Conv", "BatchNormalization"]);
  });
});

describe("constants per channel fold into Conv", () => {
  it.each([
    ["Mul", "y k", [6, 1, 1]],
    ["Mul", "k y", [1, 6, 1, 1]],
    ["Add", "y k", [1, 6, 1, 1]],
    ["Sub", "k y", [6, 1, 1]],
    ["Sub", "y k", [1]],
    ["Div", "y k", []],
  ])("%s(%s) of shape %j", async (op, inputs, dims) => {
    const k = floats(dims, [0.5, 2, -1, 3, 0.1, 7]);
    const result = await ops(
      { x: [1, 4, 7, 7] },
      [
        ["y", "Conv", "x w"],
        ["z", op, inputs],
      ],
      "z",
      { k },
    );
    expect(result.ops).toEqual(["Conv"]);
  });

  it.each([
    ["varies in space", "Mul", "y k", floats([5, 5])],
    ["divides by the result", "Div", "k y", floats([6, 1, 1])],
    ["divides by 0", "Div", "y k", floats([6, 1, 1], [1, 1, 0, 1, 1, 1])],
    ["broadcasts the result up", "Add", "y k", floats([2, 1, 1, 1, 1])],
  ])(
    "but not what %s",
    async (_, op, inputs, k) => {
      const nodes: NodeText[] = [
        ["c", "Conv", "x w"],
        ["y", "Conv", "c w2"],
        ["z", op, inputs],
        ["s", "Sigmoid", "z"],
      ];
      const result = await ops({ x: [1, 4, 7, 7] }, nodes, "s", { k, w2: floats([6, 6, 1, 1]) });
      expect(result.ops).toContain(op);
    },
    20_000,
  );
});

describe("MatMul + Add", () => {
  it("of matrices is a Gemm", async () => {
    const result = await ops({ x: [3, 8] }, [
      ["y", "MatMul", "x m"],
      ["z", "Add", "b y"],
    ]);
    expect(result.ops).toEqual(["Gemm"]);
  });

  it("of more axes is a Gemm between two Reshapes", async () => {
    const result = await ops({ x: [2, 5, 8] }, [
      ["y", "MatMul", "x m"],
      ["z", "Add", "y b"],
    ]);
    expect(result.ops).toEqual(["Reshape", "Gemm", "Reshape"]);
  });

  it("of two activations stays", async () => {
    const result = await ops({ x: [3, 8], v: [8, 6] }, [
      ["y", "MatMul", "x v"],
      ["z", "Add", "y b"],
    ]);
    expect(result.ops).toEqual(["MatMul", "Add"]);
  });
});
