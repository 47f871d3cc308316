/** Movement for which ONNX Runtime has no integer kernels: a cast to a type that holds the integers exactly, and back. */
import type { FunctionDef } from "../../graph/graph.ts";
import { defineFunction, ref } from "../body-builder.ts";

/** ONNX DepthToSpace on 16-bit integers, which float32 holds. */
export function depthToSpace16(): FunctionDef {
  return defineFunction({
    name: "DepthToSpace16",
    inputs: ["x"],
    attributes: ["blocksize", "mode"],
    body(b) {
      const attrs = { blocksize: ref("blocksize"), mode: ref("mode", "string") };
      return b.op("CastLike", [b.op("DepthToSpace", [b.cast("x", "float32")], attrs), "x"]);
    },
  });
}

/** ONNX SpaceToDepth on 16-bit integers. */
export function spaceToDepth16(): FunctionDef {
  return defineFunction({
    name: "SpaceToDepth16",
    inputs: ["x"],
    attributes: ["blocksize"],
    body(b) {
      const blocks = b.op("SpaceToDepth", [b.cast("x", "float32")], { blocksize: ref("blocksize") });
      return b.op("CastLike", [blocks, "x"]);
    },
  });
}

/** ONNX Trilu: 0 above or below the k-th diagonal. */
export function trilu(): FunctionDef {
  return defineFunction({
    name: "Trilu",
    inputs: ["x", "k"],
    attributes: ["upper"],
    body: (b) => b.op("CastLike", [b.op("Trilu", [b.cast("x", "int32"), "k"], { upper: ref("upper") }), "x"]),
  });
}

/** ONNX OneHot: values[1] where the index says so, values[0] elsewhere. */
export function oneHot(): FunctionDef {
  return defineFunction({
    name: "OneHot",
    inputs: ["indices", "depth", "values"],
    attributes: ["axis"],
    body(b) {
      const inputs = [b.cast("indices", "int64"), b.cast("depth", "int64"), b.cast("values", "float32")];
      return b.op("CastLike", [b.op("OneHot", inputs, { axis: ref("axis") }), "values"]);
    },
  });
}
