import { describe, expect, it } from "vitest";
import { attr } from "../../../../core-ts/graph/attributes.ts";
import type { Node } from "../../../../core-ts/graph/graph.ts";
import { int64Tensor, type Tensor, tensor } from "../../../../core-ts/tensor/tensor.ts";
import { node } from "../../../support/build-model.ts";
import { chain, expectSame, opsOf } from "./compare.ts";

const floats = (...dims: number[]): Tensor =>
  tensor("float32", dims, new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.5));

describe("Softmax before opset 13 stays one node when the rank of its input can be told", () => {
  const last = (axis: number) => node("Softmax t -> y", { axis: attr.int(axis) });
  it.each<[string, number, readonly (number | string)[], (string | Node)[], Record<string, Tensor>]>([
    ["Gemm", 1, ["n", 4], ["Gemm x w -> t"], { w: floats(4, 3) }],
    ["Flatten", 1, ["n", 4, 2], ["Flatten x -> t"], {}],
    ["Reshape by a constant", 2, [2, 12], ["Reshape x s -> t"], { s: int64Tensor([0, -1, 3]) }],
    [
      "Reshape by a computed shape",
      2,
      ["n", 12],
      [
        "Shape x -> sx",
        node("Gather sx zero -> n", { axis: attr.int(0) }),
        node("Unsqueeze n -> n1", { axes: attr.ints([0]) }),
        node("Concat n1 rest -> s", { axis: attr.int(0) }),
        "Reshape x s -> t",
      ],
      { zero: { ...int64Tensor([0]), dims: [] }, rest: int64Tensor([4, 3]) },
    ],
    ["MatMul", 2, ["n", 2, 4], ["MatMul x w -> t"], { w: floats(4, 3) }],
    [
      "Transpose, Relu, Add",
      2,
      ["n", 3, 4],
      ["Transpose x -> a", "Relu a -> b", "Add b w -> t"],
      { w: floats(1) },
    ],
    ["Squeeze", 1, ["n", 3, 1], [node("Squeeze x -> t", { axes: attr.ints([2]) })], {}],
    [
      "ReduceMean",
      1,
      ["n", 3, 2, 2],
      [node("ReduceMean x -> t", { axes: attr.ints([2, 3]), keepdims: attr.int(0) })],
      {},
    ],
    [
      "Conv, GlobalAveragePool, Flatten",
      1,
      ["n", 2, 4, 4],
      ["Conv x w -> a", "GlobalAveragePool a -> b", "Flatten b -> t"],
      { w: floats(3, 2, 1, 1) },
    ],
    [
      "Expand, Concat",
      1,
      [2, 3],
      ["Expand x s -> a", node("Concat a x -> t", { axis: attr.int(1) })],
      { s: int64Tensor([2, 3]) },
    ],
    [
      "ArgMax, Cast",
      1,
      ["n", 3, 4],
      [
        node("ArgMax x -> a", { axis: attr.int(1), keepdims: attr.int(0) }),
        node("Cast a -> t", { to: attr.int(1) }),
      ],
      {},
    ],
  ])("%s", async (_, axis, x, nodes, constants) => {
    const canonical = await expectSame(chain(11, x, [...nodes, last(axis)], constants));
    const softmax = canonical.graph.nodes.at(-1)!;
    expect(softmax.op).toBe("Softmax");
    expect(softmax.attrs.get("axis")).toEqual(attr.int(-1));
  });

  it("and is exact when it can't", async () => {
    const content = chain(
      11,
      ["n", 3],
      ["NonZero x -> i", node("Cast i -> t", { to: attr.int(1) }), last(1)],
    );
    const canonical = await expectSame(content);
    expect(opsOf(canonical)).toEqual(["NonZero", "Cast", "Flatten", "Softmax", "Shape", "Reshape"]);
  });
});
