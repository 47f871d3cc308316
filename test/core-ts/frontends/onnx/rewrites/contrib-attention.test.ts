import { describe, expect, it } from "vitest";
import { fromOnnx } from "../../../../../core-ts/frontends/onnx/index.ts";
import { attr } from "../../../../../core-ts/graph/attributes.ts";
import type { Model, Node } from "../../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../../core-ts/onnx/write.ts";
import { float32Scalar, type Tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../../../support/build-model.ts";
import { normals, random } from "../../../../support/numbers.ts";
import { expectSame, opsOf } from "../compare.ts";

const next = random(5);
const drawn = (...dims: number[]) => normals(dims, next, 0.5);
const X = value("x", [2, 5, 8]);
const heads = { num_heads: attr.int(2) };

function contribModel(
  line: string,
  attrs: Parameters<typeof node>[1],
  constants: Record<string, Tensor>,
): Model {
  const made: Node = { ...node(line, attrs), domain: "com.microsoft" };
  const inputs = [X, value("k", [2, 6, 8]), value("v", [2, 6, 8])].filter(({ name }) =>
    line.split(" ").includes(name),
  );
  const outputs = made.outputs.filter((name) => name !== "").map((name) => value(name));
  const opsets = new Map([
    ["", 17],
    ["com.microsoft", 1],
  ]);
  return model(graph({ inputs, outputs, nodes: [made], constants }), { opsets });
}

/** Sums in another order, and ONNX Runtime's own exponentials. */
const TOLERANCE = 1e-5;

const PACKED = { w: drawn(8, 24), b: drawn(24) };
const BIAS = { r: drawn(2, 2, 5, 5), m: drawn(2, 2, 5, 6) };
const NORM = { s: drawn(2, 5, 8), g: drawn(8), o: drawn(8), b: drawn(8) };

describe("ops of com.microsoft compute the same in standard ops", () => {
  it.each<[string, Parameters<typeof node>[1], Record<string, Tensor>]>([
    ["Attention x w b -> y", heads, PACKED],
    ["Attention x w b -> y", { ...heads, scale: attr.float(0.3) }, PACKED],
    ["Attention x w b _ _ r -> y", heads, { ...PACKED, r: BIAS.r }],
    ["MultiHeadAttention x k v -> y", heads, {}],
    ["MultiHeadAttention x k v b -> y", heads, { b: drawn(24) }],
    ["MultiHeadAttention x k v _ _ m -> y", { ...heads, scale: attr.float(1.5) }, { m: BIAS.m }],
    ["SkipLayerNormalization x s g o -> y", {}, { s: NORM.s, g: NORM.g, o: NORM.o }],
    ["SkipLayerNormalization x s g o b -> y _ _ z", { epsilon: attr.float(1e-3) }, NORM],
    ["SkipSimplifiedLayerNormalization x s g -> y", {}, { s: NORM.s, g: NORM.g }],
    ["FusedMatMul x w -> y", { alpha: attr.float(0.25) }, { w: drawn(8, 3) }],
    ["FusedMatMul x w -> y", { transA: attr.int(1), transB: attr.int(1) }, { w: drawn(3, 5) }],
  ])("%s %j", async (line, attrs, constants) => {
    const canonical = await expectSame(contribModel(line, attrs, constants), TOLERANCE);
    for (const { domain } of canonical.graph.nodes) expect(domain).toBe("");
  });

  it.each<[string, Parameters<typeof node>[1], Record<string, Tensor>]>([
    ["Attention x w b -> y", { ...heads, unidirectional: attr.int(1) }, PACKED],
    ["MultiHeadAttention x k v -> y", { ...heads, unidirectional: attr.int(1) }, {}],
    ["FusedMatMul x c -> y", { transBatchA: attr.int(1) }, { c: float32Scalar(1) }],
  ])("%s %j stays as it is", async (line, attrs, constants) => {
    const canonical = await fromOnnx(writeModel(contribModel(line, attrs, constants)));
    expect(opsOf(canonical)).toEqual([line.split(" ")[0]]);
  });
});
