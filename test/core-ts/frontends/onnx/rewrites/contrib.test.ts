import { describe, expect, it } from "vitest";
import { attr } from "../../../../../core-ts/graph/attributes.ts";
import type { Model, Node } from "../../../../../core-ts/graph/graph.ts";
import { graph, model, node, value } from "../../../../support/build-model.ts";
import { expectSame, opsOf } from "../compare.ts";
import { floats } from "./cases.ts";

const bias = floats(0.3, -0.2, 0.5, 1);

function contribModel(line: string, attrs: Parameters<typeof node>[1] = {}): Model {
  const made: Node = { ...node(line, attrs), domain: "com.microsoft" };
  const constants = line.includes("bias") ? { bias } : undefined;
  const content = graph({ inputs: [value("x", [3, 4])], outputs: [value("y")], nodes: [made], constants });
  const opsets = new Map([
    ["", 17],
    ["com.microsoft", 1],
  ]);
  return model(content, { opsets });
}

/** ONNX Runtime's own kernels approximate the functions in float32. */
const TOLERANCE = 1e-6;

describe("activations of com.microsoft compute the same in standard ops", () => {
  it.each<[string, Parameters<typeof node>[1], string[]]>([
    ["Gelu x -> y", {}, ["Gelu"]],
    ["BiasGelu x bias -> y", {}, ["Add", "Gelu"]],
    ["FastGelu x -> y", {}, ["Gelu"]],
    ["FastGelu x bias -> y", {}, ["Add", "Gelu"]],
    ["QuickGelu x -> y", {}, ["Mul", "Sigmoid", "Mul"]],
    ["QuickGelu x -> y", { alpha: attr.float(1) }, ["Mul", "Sigmoid", "Mul"]],
  ])("%s %j", async (line, attrs, ops) => {
    const canonical = await expectSame(contribModel(line, attrs), TOLERANCE);
    expect(opsOf(canonical)).toEqual(ops);
    expect(canonical.graph.nodes.map(({ domain }) => domain)).toEqual(ops.map(() => ""));
  });
});
