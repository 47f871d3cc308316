import { expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { withoutRmsNormalization } from "../../../core-ts/graph/rms-normalization.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { floats, randomFeeds, run } from "../../support/optimized.ts";
import { buildModel } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const EPSILON = 0.01;

function model(axis: number, scale: number[]) {
  const attrs = { axis: attr.int(axis), epsilon: attr.float(EPSILON) };
  return buildModel({
    inputs: { x: [2, 3, 8] },
    constants: { g: floats(scale) },
    nodes: [["y", "SimplifiedLayerNormalization", "x g", attrs]],
    outputs: "y",
  });
}

it.each([
  [-1, [8]],
  [2, [8]],
  [1, [3, 8]],
])("is written in standard ops that compute it, axis %i", async (axis, scale) => {
  const float = model(axis, scale);
  const written = await readModel(writeModel(float));
  expect(written.graph.nodes.map(({ op }) => op)).toEqual(["Mul", "ReduceMean", "Add", "Sqrt", "Div", "Mul"]);
  const feeds = randomFeeds(float, 1, 5);
  const x = toNumbers(feeds.get("x")!);
  const gain = toNumbers(float.graph.initializers.get("g")!);
  const y = toNumbers((await run(nodeBackend(), float, feeds)).get("y")!);
  for (const [i, found] of y.entries()) {
    const n = gain.length;
    const row = x.slice(i - (i % n), i - (i % n) + n);
    const rms = Math.sqrt(row.reduce((sum, v) => sum + v * v, 0) / n + EPSILON);
    expect(found).toBeCloseTo((x[i]! / rms) * gain[i % n]!, 5);
  }
});

it("leaves graphs without it, and nodes whose second output is read, as they are", () => {
  const { graph } = model(-1, [8]);
  const [node] = graph.nodes;
  const read = { ...graph, nodes: [{ ...node!, outputs: ["y", "s"] }] };
  expect(withoutRmsNormalization(read)).toBe(read);
});

it.each([8, 16] as const)("becomes QDQ at %i bit", async (bits) => {
  const result = await wholeWay(model(-1, [8]), { options: { bits, ir: "qdq" } });
  expect(result.quantized.quantized.graph.nodes.map(({ op }) => op)).toContain(
    "SimplifiedLayerNormalization",
  );
  const written = await readModel(result.quantized.bytes);
  expect(written.graph.nodes.map(({ op }) => op)).not.toContain("SimplifiedLayerNormalization");
  expect(outputSqnr(result, "y")).toBeGreaterThan(bits === 8 ? 33 : 70);
});
