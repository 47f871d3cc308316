import { ModelError } from "../errors.ts";
import { nodeUses } from "./edit.ts";
import type { Graph, Node } from "./graph.ts";

const title = (node: Node): string => `${node.op} node "${node.name}"`;

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
          {
            node: node.name,
            value,
          },
        );
      }
      defined.add(value);
    }
  }
  return defined;
}

/** Follows unmet inputs backwards until a node repeats: those between are the cycle. */
function findCycle(graph: Graph, waiting: ReadonlySet<Node>): Node[] {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((value) => [value, node] as const)));
  const path: Node[] = [];
  let node: Node | undefined = [...waiting][0];
  while (node && !path.includes(node)) {
    path.push(node);
    node = nodeUses(node)
      .map((value) => makers.get(value))
      .find((maker) => maker && waiting.has(maker));
  }
  return node ? path.slice(path.indexOf(node)).reverse() : path;
}

/**
 * Nodes in an order in which every value is made before it is read, keeping the given order where it allows. `outer` are names a
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
  const ready = new Set<string>([
    ...graph.initializers.keys(),
    ...graph.inputs.map(({ name }) => name),
    ...outer,
    "",
  ]);
  const sorted: Node[] = [];
  let waiting = new Set(graph.nodes);
  while (waiting.size > 0) {
    const left = new Set<Node>();
    for (const node of waiting) {
      if (nodeUses(node).every((value) => ready.has(value))) {
        sorted.push(node);
        for (const value of node.outputs) ready.add(value);
      } else left.add(node);
    }
    if (left.size === waiting.size) {
      const cycle = findCycle(graph, left).map(title).join(" -> ");
      throw new ModelError(
        `the model's graph has a cycle: ${cycle}; a model must be acyclic: export it again`,
        { node: [...left][0]!.name },
      );
    }
    waiting = left;
  }
  return sorted;
}

/**
 * What always holds between passes: names unique, every value made once and before it is read, outputs made.
 * @throws ModelError that names the node or value.
 */
export function verifyGraph(graph: Graph): void {
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
