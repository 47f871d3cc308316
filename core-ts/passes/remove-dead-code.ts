/**
 * Nodes none of whose outputs is read, and initializers nobody reads  →  gone. Optional outputs nobody reads (MaxPool's indices,
 * BatchNormalization's running statistics, the last states of an LSTM)  →  "", the absent output.
 */
import { nodeUses } from "../graph/edit.ts";
import type { Graph, Node } from "../graph/graph.ts";
import type { Pass } from "./pass.ts";

/** Ops whose outputs after the first may be left out. */
const OPTIONAL_OUTPUTS = new Set([
  "BatchNormalization",
  "Dropout",
  "GRU",
  "LSTM",
  "LayerNormalization",
  "MaxPool",
  "RNN",
  "SimplifiedLayerNormalization",
]);

function dropOptionalOutputs(node: Node, read: ReadonlySet<string>): boolean {
  if (!OPTIONAL_OUTPUTS.has(node.op)) return false;
  const kept = node.outputs.map((name, i) => (i === 0 || read.has(name) ? name : ""));
  while (kept.length > 1 && kept.at(-1) === "") kept.pop();
  const changed = kept.join("\0") !== node.outputs.join("\0");
  node.outputs = kept;
  return changed;
}

function sweep(graph: Graph): string[] {
  const read = new Set(graph.outputs.map(({ name }) => name));
  const removed: string[] = [];
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (node.outputs.some((name) => read.has(name))) {
      for (const name of nodeUses(node)) read.add(name);
      kept.push(node);
    } else removed.push(`remove-dead-code: ${node.op} "${node.name}" removed, nothing reads it`);
  }
  graph.nodes = kept.reverse();
  for (const name of [...graph.initializers.keys()]) if (!read.has(name)) graph.initializers.delete(name);
  return removed.reverse();
}

export const removeDeadCode: Pass = {
  name: "remove-dead-code",
  run(graph) {
    const notes = sweep(graph);
    const read = new Set([...graph.outputs.map(({ name }) => name), ...graph.nodes.flatMap(nodeUses)]);
    const trimmed = graph.nodes.filter((node) => dropOptionalOutputs(node, read)).length;
    return { changed: notes.length > 0 || trimmed > 0, notes };
  },
};
