import { expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { floats, optimized } from "../../support/optimized.ts";
import { buildModel } from "../../support/text-model.ts";

const t = { transA: attr.int(1), transB: attr.int(1) };
const scale = { alpha: attr.float(0.5), beta: attr.float(-2) };
const constants = {
  w: floats([8, 6]),
  wt: floats([6, 8]),
  row: floats([6]),
  row2: floats([1, 6]),
  one: floats([1], [0.7]),
  scalar: floats([], [0.7]),
  column: floats([3, 1]),
  full: floats([3, 6]),
};

it.each<[string, Record<string, ReturnType<typeof attr.int>>, string[]]>([
  ["x w row", {}, ["Gemm"]],
  ["x w row", scale, ["Gemm"]],
  ["x wt row2", { transB: t.transB, ...scale }, ["Gemm"]],
  ["x w one", scale, ["Gemm"]],
  ["x w scalar", {}, ["Gemm"]],
  ["x w", scale, ["Gemm"]],
  ["xt wt row", { ...t, ...scale }, ["Transpose", "Gemm"]],
  ["x w column", scale, ["Gemm", "Mul", "Add"]],
  ["x w full", {}, ["Gemm", "Add"]],
  ["x w c", scale, ["Gemm", "Mul", "Add"]],
  ["x v row", {}, ["MatMul", "Add"]],
  ["x vt row", { transB: t.transB, alpha: attr.float(0.5) }, ["Transpose", "MatMul", "Mul", "Add"]],
  ["x v", {}, ["MatMul"]],
])("Gemm(%s) %j becomes %j", async (inputs, attrs, ops) => {
  const used = new Set(inputs.split(" "));
  const shapes = { x: [3, 8], xt: [8, 3], v: [8, 6], vt: [6, 8], c: [3, 6] };
  const model = buildModel({
    inputs: Object.fromEntries(Object.entries(shapes).filter(([name]) => used.has(name))),
    constants: Object.fromEntries(Object.entries(constants).filter(([name]) => used.has(name))),
    nodes: [["y", "Gemm", inputs, attrs]],
    outputs: "y",
  });
  const result = await optimized(model);
  expect(result.ops).toEqual(ops);
  expect(result.nodes.at(-1)).toMatchObject({ name: "node_y", outputs: ["y"] });
});
