import { ModelError } from "../../errors.ts";
import { uniqueName } from "../../graph/edit.ts";
import type { Attribute, Graph, Node } from "../../graph/graph.ts";

function graphsOf(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === "graph") return [attribute.value];
  return attribute.kind === "graphs" ? attribute.value : [];
}

/** The bodies of an If, Loop or Scan. */
export function subgraphsOf(node: Node): Graph[] {
  return [...node.attrs.values()].flatMap(graphsOf);
}

/** Nodes of the graph and of the subgraphs inside it, each before those inside it. */
function allNodes(graph: Graph): Node[] {
  return graph.nodes.flatMap((node) => [node, ...subgraphsOf(node).flatMap(allNodes)]);
}

/** In ONNX the empty name means an absent value. @throws ModelError for an edge or constant that has it. */
export function checkNames(graph: Graph): void {
  const unnamed = [...graph.inputs, ...graph.outputs].some(({ name }) => name === "");
  if (unnamed || graph.initializers.has("")) {
    throw new ModelError(
      "an input, output or initializer of the model has an empty name; export the model again",
    );
  }
}

/** Until IR version 3 every initializer had to be listed as an input, too; here it is a constant and nothing else. */
export function dropConstantInputs(graph: Graph): void {
  graph.inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
}

/**
 * Gives nodes without a name one from their op and position, and of several nodes of one name, all but the first a number behind it.
 * Unique in the whole model, subgraphs included; names that are so already stay.
 */
export function nameNodes(graph: Graph): void {
  const nodes = allNodes(graph);
  const given = new Set(nodes.map(({ name }) => name));
  const used = new Set<string>();
  for (const [index, node] of nodes.entries()) {
    if (node.name === "" || used.has(node.name)) {
      node.name = uniqueName(given, node.name || `${node.op}_${index}`);
    }
    used.add(node.name);
  }
}
