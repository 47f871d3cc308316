import { UnsupportedError } from "../errors.ts";
import type { Model, ValueType } from "../graph/graph.ts";
import { dependence } from "./dependence.ts";

const REMEDY =
  "give steps/optimized_float.onnx of a run elsewhere, which states all shapes and has its constants folded";

/** Why a value's type does not do, or undefined. */
function whyNot(type: ValueType | undefined): string | undefined {
  if (!type?.dims) return "the file does not state its shape";
  return type.dims.every((dim) => typeof dim === "number") ? undefined : "its shape in the file is open";
}

/**
 * Takes the shapes that the file states where no runtime can tell the true ones: in place, on a model of fixed batch. Nothing is folded, so that a model with nodes
 * that compute constants is refused.
 * @throws UnsupportedError naming the value.
 */
export function takeStatedShapes(model: Model, stated: ReadonlyMap<string, ValueType>, reason: string): void {
  const { graph } = model;
  const depends = dependence(graph);
  for (const node of graph.nodes) {
    for (const value of node.outputs) {
      if (value === "") continue;
      const type = stated.get(value);
      const why = depends.content.has(value) ? whyNot(type) : "it is a constant that a node computes";
      if (why) {
        throw new UnsupportedError(
          `the shape of "${value}" is not known: ${why}, and no model can be run here to find it (${reason}); ${REMEDY}`,
          { node: node.name, value },
        );
      }
      graph.types.set(value, type!);
    }
  }
  graph.outputs = graph.outputs.map(({ name }) => ({ name, type: graph.types.get(name) ?? null }));
}
