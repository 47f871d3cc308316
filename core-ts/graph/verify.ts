import { ModelError } from "../errors.ts";
import { nodeUses } from "./edit.ts";
import type { Graph, Node } from "./graph.ts";
import { sortNodes } from "./sort.ts";

const title = (node: Node): string => `${node.op} node "${node.name}"`;

function checkEdges(graph: Graph): void {
  for (const [what, values] of [
    ["inputs", graph.inputs],
    ["outputs", graph.outputs],
  ] as const) {
    const seen = new Set<string>();
    for (const { name } of values) {
      if (seen.has(name)) {
        throw new ModelError(
          `two ${what} of the model are named "${name}"; names must be unique: export the model again`,
          { value: name },
        );
      }
      seen.add(name);
    }
  }
}

function checkDefinitions(graph: Graph): Set<string> {
  const defined = new Set<string>([...graph.initializers.keys(), ...graph.inputs.map(({ name }) => name)]);
  const nodeNames = new Set<string>();
  for (const node of graph.nodes) {
    if (nodeNames.has(node.name)) {
      throw new ModelError(`two nodes are named "${node.name}"; node names must be unique`, {
        node: node.name,
      });
    }
    nodeNames.add(node.name);
    for (const value of node.outputs) {
      if (value !== "" && defined.has(value)) {
        throw new ModelError(
          `"${value}", an output of ${title(node)}, is already defined elsewhere; a value may be made only once: export the model again`,
          { node: node.name, value },
        );
      }
      defined.add(value);
    }
  }
  return defined;
}

/**
 * Nodes in an order in which every value is made before it is read, the given one where it is such an order. `outer` are names a
 * subgraph may capture. @throws ModelError naming a dangling input or the nodes of a cycle.
 */
export function sortedNodes(graph: Graph, outer: ReadonlySet<string> = new Set()): Node[] {
  const defined = checkDefinitions(graph);
  for (const node of graph.nodes) {
    const dangling = nodeUses(node).find((value) => value !== "" && !defined.has(value) && !outer.has(value));
    if (dangling !== undefined) {
      throw new ModelError(
        `${title(node)} reads "${dangling}", which nothing in the model makes; export the model again`,
        { node: node.name, value: dangling },
      );
    }
  }
  const { sorted, cycle } = sortNodes(graph.nodes);
  if (cycle.length === 0) return sorted;
  const shown = cycle.slice(0, 8).map(title).join(" -> ");
  const more = cycle.length > 8 ? ` -> ... (${cycle.length} nodes)` : "";
  throw new ModelError(
    `the model's graph has a cycle: ${shown}${more}; a model must be acyclic: export it again`,
    { node: cycle[0]!.name },
  );
}

/**
 * What always holds between passes: names unique, every value made once and before it is read, outputs made.
 * @throws ModelError that names the node or value.
 */
export function verifyGraph(graph: Graph): void {
  checkEdges(graph);
  const sorted = sortedNodes(graph);
  const misplaced = graph.nodes.find((node, i) => node !== sorted[i]);
  if (misplaced) {
    throw new ModelError(
      `${title(misplaced)} stands before a node whose output it reads; nodes must be in topological order`,
      { node: misplaced.name },
    );
  }
  const defined = new Set([
    ...graph.initializers.keys(),
    ...graph.inputs.map(({ name }) => name),
    ...graph.nodes.flatMap((node) => node.outputs),
  ]);
  const missing = graph.outputs.find(({ name }) => !defined.has(name));
  if (missing) {
    throw new ModelError(`the model's output "${missing.name}" is made by no node; export the model again`, {
      value: missing.name,
    });
  }
}
