import type { Graph, Node } from "../../graph/graph.ts";

/** Takes out nodes and constants that no output needs: shapes that became numbers, branches that were not taken. */
export function dropUnused(graph: Graph): void {
  const needed = new Set(graph.outputs.map(({ name }) => name));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  graph.nodes = kept.reverse();
  graph.initializers = new Map([...graph.initializers].filter(([name]) => needed.has(name)));
}

/** Gives values the names of the outputs that they are. @param names value → output, each value once. */
export function renameValues(graph: Graph, names: ReadonlyMap<string, string>): void {
  const renamed = (name: string) => names.get(name) ?? name;
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map(renamed);
    node.outputs = node.outputs.map(renamed);
  }
  graph.outputs = graph.outputs.map((output) => ({ ...output, name: renamed(output.name) }));
}
