import { reasonOf, UnsupportedError } from "../errors.ts";
import type { Graph } from "../graph/graph.ts";

/**
 * For a model that the runtime refuses to load: an op of a domain of its own, which only a library beside the model would define, is the likeliest
 * cause. Undefined when there is no such op.
 */
export function foreignOp({ nodes }: Graph, cause: unknown): UnsupportedError | undefined {
  const node = nodes.find(({ domain }) => domain !== "");
  if (!node) return undefined;
  return new UnsupportedError(
    `node "${node.name}" is an op ${node.op} of domain ${node.domain}, which ONNX Runtime does not load (${reasonOf(cause)}); export the model with standard ops, or with the op as a model-local function`,
    { node: node.name, cause },
  );
}
