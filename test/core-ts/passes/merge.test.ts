import { describe, expect, it } from "vitest";
import { attr, intsAttr } from "../../../core-ts/graph/attributes.ts";
import { float32Scalar, int64Tensor, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel, type NodeText } from "../../support/text-model.ts";

const i64 = (...values: number[]) => int64Tensor(values);
const perm = (...axes: number[]) => ({ perm: attr.ints(axes) });

function after(nodes: NodeText[], constants: Record<string, Tensor> = {}, outputs = "z") {
  return optimized(buildModel({ inputs: { x: [2, 3, 4, 5] }, nodes, outputs, constants }));
}

describe("Transposes", () => {
  it("in a row become one", async () => {
    const result = await after([
      ["y", "Transpose", "x", perm(0, 2, 3, 1)],
      ["z", "Transpose", "y", perm(1, 0, 3, 2)],
    ]);
    expect(result.ops).toEqual(["Transpose"]);
    expect(intsAttr(result.nodes[0]!, "perm", [])).toEqual([2, 0, 1, 3]);
  });

  it("that undo each other disappear", async () => {
    const result = await after([
      ["y", "Transpose", "x", perm(0, 2, 3, 1)],
      ["w", "Transpose", "y", perm(0, 3, 1, 2)],
      ["z", "Relu", "w"],
    ]);
    expect(result.ops).toEqual(["Relu"]);
  });

  it("without perm reverse the axes", async () => {
    const result = await after([
      ["y", "Transpose", "x"],
      ["w", "Transpose", "y"],
      ["z", "Relu", "w"],
    ]);
    expect(result.ops).toEqual(["Relu"]);
  });

  it("whose first is read elsewhere keep it", async () => {
    const nodes: NodeText[] = [
      ["y", "Transpose", "x", perm(0, 2, 3, 1)],
      ["z", "Transpose", "y", perm(1, 0, 3, 2)],
      ["r", "Relu", "y"],
    ];
    expect((await after(nodes, {}, "z r")).ops.toSorted()).toEqual(["Relu", "Transpose", "Transpose"]);
  });
});

it("Reshape, Flatten, Squeeze and Unsqueeze in a row become one Reshape", async () => {
  const nodes: NodeText[] = [
    ["a", "Flatten", "x", { axis: attr.int(2) }],
    ["b", "Unsqueeze", "a u"],
    ["c", "Reshape", "b s"],
    ["z", "Squeeze", "c u"],
  ];
  const result = await after(nodes, { u: i64(1), s: i64(4, 1, -1) });
  expect(result.ops).toEqual(["Reshape"]);
  expect(result.nodes[0]!.origins.toSorted()).toEqual(["node_a", "node_b", "node_c"]);
});

describe("Pad before Conv", () => {
  const w = floats([2, 3, 3, 3]);
  const conv: NodeText = ["z", "Conv", "y w", { pads: attr.ints([1, 0, 0, 1]) }];

  it("becomes the Conv's own padding", async () => {
    const result = await after([["y", "Pad", "x p"], conv], { w, p: i64(0, 0, 1, 2, 0, 0, 0, 3) });
    expect(result.ops).toEqual(["Conv"]);
    expect(intsAttr(result.nodes[0]!, "pads", [])).toEqual([2, 2, 0, 4]);
    expect(result.nodes[0]!.origins).toEqual(["node_y"]);
  });

  it("with named axes too", async () => {
    const result = await after([["y", "Pad", "x p _ a"], conv], { w, p: i64(2, 1), a: i64(-1) });
    expect(intsAttr(result.nodes[0]!, "pads", [])).toEqual([1, 2, 0, 2]);
  });

  it.each<[string, NodeText, Record<string, Tensor>]>([
    [
      "pads with something else than 0",
      ["y", "Pad", "x p v"],
      { p: i64(0, 0, 1, 1, 0, 0, 1, 1), v: float32Scalar(1) },
    ],
    [
      "has mode reflect",
      ["y", "Pad", "x p", { mode: attr.string("reflect") }],
      { p: i64(0, 0, 1, 1, 0, 0, 1, 1) },
    ],
    ["crops", ["y", "Pad", "x p"], { p: i64(0, 0, 1, -1, 0, 0, 1, 1) }],
    ["pads batch or channels", ["y", "Pad", "x p"], { p: i64(0, 0, 0, 0, 1, 0, 0, 0) }],
  ])("stays when it %s, and says so", async (why, pad, constants) => {
    const result = await after([pad, conv], { w, ...constants });
    expect(result.ops).toEqual(["Pad", "Conv"]);
    expect(result.notes.join("\n")).toContain(
      `pad-into-conv: Conv "node_z" left as it is, its Pad "node_y" ${why}`,
    );
  });
});
