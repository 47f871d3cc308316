import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const i64 = (...values: number[]) => int64Tensor(values);

async function opsAfter(node: NodeText, constants: Record<string, Tensor> = {}, outputs = "z") {
  const nodes: NodeText[] = [["x", "Softmax", "input"], node, ["z", "Tanh", "y"]];
  return (await optimized(buildModel({ inputs: { input: [1, 3, 4] }, nodes, outputs, constants }))).ops;
}

describe("ops that change nothing are removed", () => {
  it.each<[string, NodeText, Record<string, Tensor>?]>([
    ["Identity", ["y", "Identity", "x"]],
    ["Dropout", ["y", "Dropout", "x"]],
    [
      "Dropout with its mask unread",
      ["y mask", "Dropout", "x r t"],
      { r: float32Scalar(0.5), t: tensor("bool", [], Uint8Array.of(0)) },
    ],
    ["Cast to the same type", ["y", "Cast", "x", { to: attr.int(1) }]],
    ["Reshape", ["y", "Reshape", "x s"], { s: i64(0, 3, -1) }],
    ["Transpose", ["y", "Transpose", "x", { perm: attr.ints([0, 1, 2]) }]],
    ["Slice of everything", ["y", "Slice", "x b e"], { b: i64(0), e: i64(99) }],
    ["Pad by 0", ["y", "Pad", "x p"], { p: i64(0, 0, 0, 0, 0, 0) }],
    ["Expand", ["y", "Expand", "x s"], { s: i64(1, 1, 1) }],
    ["Tile", ["y", "Tile", "x s"], { s: i64(1, 1, 1) }],
    ["Concat of one", ["y", "Concat", "x", { axis: attr.int(1) }]],
    ["Sum of one", ["y", "Sum", "x"]],
  ])("%s", async (_, node, constants) => {
    expect(await opsAfter(node, constants)).toEqual(["Softmax", "Tanh"]);
  });
});

describe("ops that keep the shape and move something stay", () => {
  it.each<[string, NodeText, Record<string, Tensor>]>([
    ["Slice backwards", ["y", "Slice", "x b e a s"], { b: i64(-1), e: i64(-99), a: i64(2), s: i64(-1) }],
    ["Pad that shifts", ["y", "Pad", "x p"], { p: i64(0, 0, 1, 0, 0, -1) }],
  ])("%s", async (_, node, constants) => {
    expect(await opsAfter(node, constants)).toHaveLength(3);
  });
});

describe("a model output keeps its name", () => {
  it("its producer takes it over", async () => {
    const nodes: NodeText[] = [
      ["x", "Sigmoid", "input"],
      ["y", "Identity", "x"],
      ["z", "Tanh", "x"],
    ];
    const result = await optimized(buildModel({ inputs: { input: [1, 3] }, nodes, outputs: "y z" }));
    expect(result.nodes.map(({ op, outputs }) => [op, ...outputs])).toEqual([
      ["Sigmoid", "y"],
      ["Tanh", "z"],
    ]);
  });

  it("an input that is also an output keeps its Identity", async () => {
    const model = buildModel({
      inputs: { input: [1, 3] },
      nodes: [["y", "Identity", "input"]],
      outputs: "y",
    });
    expect((await optimized(model)).ops).toEqual(["Identity"]);
  });
});

describe("dead code", () => {
  it("goes with its weights, and unread optional outputs become absent", async () => {
    const window = {
      kernel_shape: attr.ints([2]),
      strides: attr.ints([2]),
      dilations: attr.ints([1]),
      pads: attr.ints([0, 0]),
    };
    const nodes: NodeText[] = [
      ["y indices", "MaxPool", "input", window],
      ["dead", "Add", "input c"],
      ["deader", "Relu", "dead"],
    ];
    const constants = { c: float32Scalar(2) };
    const { model, nodes: left } = await optimized(
      buildModel({ inputs: { input: [1, 3, 8] }, nodes, outputs: "y", constants }),
    );
    expect(left.map(({ op, outputs }) => [op, ...outputs])).toEqual([["MaxPool", "y"]]);
    expect(model.graph.initializers.size).toBe(0);
  });
});
