import { describe, expect, it } from "vitest";
import { ModelError, UnsupportedError } from "../../../core-ts/errors.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { isDynamicBatch, specialize } from "../../../core-ts/specialize/index.ts";
import { float32Scalar, int64Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { floats } from "../../support/optimized.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";

const i64 = (...values: number[]) => int64Tensor(values);

function specialized(text: ModelText, batch = 2) {
  return specialize(buildModel(text), batch, nodeBackend());
}

/** x [n, 3, 4] → [n, 12] through Shape → Gather → Concat, as exporters write it. */
const FLATTEN: ModelText = {
  inputs: { x: ["n", 3, 4] },
  constants: { zero: i64(0), rest: i64(-1) },
  nodes: [
    ["s", "Shape", "x"],
    ["b", "Gather", "s zero"],
    ["target", "Concat", "b rest", { axis: attr.int(0) }],
    ["y", "Reshape", "x target"],
  ],
  outputs: "y",
};

describe("specialize", () => {
  it("gives every value its true shape and turns shape arithmetic into constants", async () => {
    const { graph } = await specialized(FLATTEN);
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Reshape"]);
    expect(graph.initializers.get("target")).toEqual(i64(2, -1));
    expect(graph.types.get("y")).toEqual({ dtype: "float32", dims: [2, 12] });
    expect(graph.inputs[0]!.type).toEqual({ dtype: "float32", dims: [2, 3, 4] });
    expect(graph.outputs[0]!.type).toEqual({ dtype: "float32", dims: [2, 12] });
  });

  it("leaves the given model as it was", async () => {
    const model = buildModel(FLATTEN);
    await specialize(model, 5, nodeBackend());
    expect(model).toEqual(buildModel(FLATTEN));
    expect([isDynamicBatch(model), isDynamicBatch(await specialize(model, 5, nodeBackend()))]).toEqual([
      true,
      false,
    ]);
  });

  it("does not fold what depends on the data, and knows no shape that does", async () => {
    const { graph } = await specialized({
      inputs: { x: [1, 6] },
      constants: { k: float32Scalar(0.5) },
      nodes: [
        ["c", "Greater", "x k"],
        ["at", "NonZero", "c"],
        ["count", "Shape", "at"],
        ["y", "Cast", "count", { to: attr.int(1) }],
      ],
      outputs: "y",
    });
    expect(graph.nodes).toHaveLength(4);
    expect(graph.types.get("at")!.dims).toBeNull();
    expect(graph.types.get("count")!.dims).toEqual([2]);
  });

  it("folds what a shape decides: EyeLike", async () => {
    const { graph } = await specialized({
      inputs: { x: [3, 3] },
      nodes: [
        ["e", "EyeLike", "x"],
        ["y", "MatMul", "x e"],
      ],
      outputs: "y",
    });
    expect(graph.nodes.map(({ op }) => op)).toEqual(["MatMul"]);
    expect(graph.initializers.get("e")!.data).toEqual(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
  });

  it("knows that shapes given by data are open", async () => {
    const { graph } = await specialized({
      inputs: { x: [4] },
      constants: { axis: i64(0) },
      nodes: [
        ["i", "Cast", "x", { to: attr.int(7) }],
        ["y", "Expand", "x i"],
      ],
      outputs: "y",
    });
    expect(graph.types.get("y")!.dims).toBeNull();
  });

  it("does not fold random numbers", async () => {
    const { graph } = await specialized({
      inputs: { x: [2] },
      nodes: [
        ["r", "RandomNormal", "", { shape: attr.ints([2]) }],
        ["y", "Add", "x r"],
      ],
      outputs: "y",
    });
    expect(graph.nodes.map(({ op }) => op)).toEqual(["RandomNormal", "Add"]);
  });

  it("folds weights computed by nodes", async () => {
    const { graph } = await specialized({
      inputs: { x: [3, 2] },
      constants: { q: tensor("int8", [2, 2], Int8Array.of(1, -2, 3, -4)), s: float32Scalar(0.5) },
      nodes: [
        ["w", "DequantizeLinear", "q s"],
        ["y", "MatMul", "x w"],
      ],
      outputs: "y",
    });
    expect(graph.nodes.map(({ op }) => op)).toEqual(["MatMul"]);
    expect(graph.initializers.get("w")).toEqual(floats([2, 2], [0.5, -1, 1.5, -2]));
  });

  it("refuses an open axis other than the batch, naming it", async () => {
    const text: ModelText = { inputs: { x: ["n", 3, "height"] }, nodes: [["y", "Relu", "x"]], outputs: "y" };
    await expect(specialized(text)).rejects.toThrow(UnsupportedError);
    await expect(specialized(text)).rejects.toThrow(/input "x" leaves axis 2 open \("height"\)/);
  });

  it("says so when the model does not run at the batch size", async () => {
    const text: ModelText = {
      inputs: { x: ["n", 4] },
      constants: { s: i64(1, 4) },
      nodes: [["y", "Reshape", "x s"]],
      outputs: "y",
    };
    await expect(specialized(text, 3)).rejects.toThrow(ModelError);
    await expect(specialized(text, 3)).rejects.toThrow(/does not run at batch size 3/);
  });
});
