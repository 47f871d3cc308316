import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel } from "../../support/text-model.ts";

type Shapes = Readonly<Record<string, readonly number[]>>;

/** Optimized, with ONNX Runtime's answers unchanged. */
function einsum(equation: string, inputs: Shapes, constants: Record<string, Tensor> = {}) {
  const names = [...Object.keys(inputs), ...Object.keys(constants)].sort().join(" ");
  return optimized(
    buildModel({
      inputs,
      constants,
      nodes: [["y", "Einsum", names, { equation: attr.string(equation) }]],
      outputs: "y",
    }),
  );
}

describe("Einsum of two activations", () => {
  const q = [2, 3, 5, 4];
  it.each([
    ["bhid,bhjd->bhij", { a: q, b: [2, 3, 6, 4] }, ["Transpose", "MatMul"]],
    ["bhij,bhjd->bhid", { a: q, b: [2, 3, 4, 6] }, ["MatMul"]],
    ["bqhd,bkhd->bhqk", { a: [2, 5, 3, 4], b: [2, 6, 3, 4] }, ["Transpose", "Transpose", "MatMul"]],
    ["bhqk,bkhd->bqhd", { a: q, b: [2, 4, 3, 6] }, ["Transpose", "MatMul", "Transpose"]],
    ["ij,jk", { a: [3, 4], b: [4, 5] }, ["MatMul"]],
    ["...ij, ...jk -> ...ik", { a: [2, 3, 4], b: [2, 4, 5] }, ["MatMul"]],
    ["...ij,...jk->...ik", { a: [2, 1, 3, 4], b: [2, 6, 4, 5] }, ["MatMul"]],
    ["bi,bi->b", { a: [2, 4], b: [2, 4] }, ["Reshape", "Reshape", "MatMul", "Reshape"]],
    ["i,i->", { a: [4], b: [4] }, ["Reshape", "MatMul", "Reshape"]],
    ["i,j->ij", { a: [4], b: [3] }, ["Reshape", "Mul"]],
    ["bij,bi->bij", { a: [2, 3, 4], b: [2, 3] }, ["Reshape", "Mul"]],
    ["bctv,cvw->bctw", { a: [2, 3, 4, 5], b: [3, 5, 6] }, undefined],
    ["nctkv,kvw->nctw", { a: [2, 3, 4, 2, 5], b: [2, 5, 6] }, ["Reshape", "Reshape", "MatMul"]],
    ["abc,bd->ad", { a: [2, 3, 4], b: [3, 5] }, ["ReduceSum", "MatMul"]],
    ["bhwc,hkc->bhwk", { a: [1, 7, 7, 4], b: [7, 7, 4] }, undefined],
    ["ab,cd->dbca", { a: [2, 3], b: [4, 5] }, undefined],
  ] as const)("%s", async (equation, inputs, ops) => {
    const result = await einsum(equation, inputs);
    expect(result.ops).not.toContain("Einsum");
    if (ops) expect(result.ops).toEqual(ops);
  });
});

it("of one operand moves and sums", async () => {
  expect((await einsum("ijk->kij", { a: [2, 3, 4] })).ops).toEqual(["Transpose"]);
  expect((await einsum("ijk->k", { a: [2, 3, 4] })).ops).toEqual(["ReduceSum"]);
  expect((await einsum("b...", { a: [2, 3, 4] })).ops).toHaveLength(1);
});

it("of three operands is two products", async () => {
  const result = await einsum("bi,ij,bj->b", { a: [2, 3], b: [3, 4], c: [2, 4] });
  expect(result.ops.filter((op) => op === "MatMul")).toHaveLength(2);
  await einsum("bij,bjk,bkl->bil", { a: [2, 3, 4], b: [2, 4, 5], c: [2, 5, 2] });
});

describe("by a constant", () => {
  it("on the right is a matrix of weights, one column per output", async () => {
    const result = await einsum("bsd,dnh->bsnh", { a: [1, 5, 6] }, { w: floats([6, 2, 3]) });
    expect(result.ops).toEqual(["MatMul", "Reshape"]);
    expect(result.model.graph.initializers.get(result.nodes[0]!.inputs[1]!)!.dims).toEqual([6, 6]);
  });

  it("on the left changes places with the activation", async () => {
    const result = await einsum("oi,bit->bot", { x: [1, 4, 5] }, { w: floats([3, 4]) });
    const product = result.nodes.find(({ op }) => op === "MatMul")!;
    expect(result.model.graph.initializers.get(product.inputs[1]!)?.dims).toEqual([4, 3]);
  });

  it("over two axes is one sum", async () => {
    const result = await einsum("bqnh,nhd->bqd", { a: [1, 5, 2, 3] }, { w: floats([2, 3, 7]) });
    expect(result.ops).toEqual(["Reshape", "MatMul"]);
  });
});

it.each([
  ["ii->i", { a: [3, 3] }, "takes a diagonal"],
  ["bij,bjk->bik", { a: [1, 3, 4], b: [2, 4, 5] }, "repeats an axis of size 1"],
] as const)("%s stays as it is, with the reason", async (equation, inputs, reason) => {
  const result = await einsum(equation, inputs);
  expect(result.ops).toEqual(["Einsum"]);
  expect(result.notes.join()).toContain(reason);
});
