import type { Attribute, Graph, Node } from "./graph.ts";

/** Names a subgraph reads from outside itself. */
function captured(graph: Graph): string[] {
  const own = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) for (const name of node.outputs) own.add(name);
  const read = [...graph.nodes.flatMap(nodeUses), ...graph.outputs.map(({ name }) => name)];
  return read.filter((name) => name !== "" && !own.has(name));
}

function subgraphs(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === "graph") return [attribute.value];
  return attribute.kind === "graphs" ? attribute.value : [];
}

/** Every name the node reads: its inputs (also absent ones, ""), then what its subgraphs capture. */
export function nodeUses(node: Node): string[] {
  const inner = [...node.attrs.values()].flatMap(subgraphs).flatMap(captured);
  return inner.length === 0 ? node.inputs : [...node.inputs, ...new Set(inner)];
}

/** Who makes and who reads each value; a snapshot, made anew after edits. */
export class GraphIndex {
  readonly #producers = new Map<string, Node>();
  readonly #consumers = new Map<string, Node[]>();
  readonly #outputs: ReadonlySet<string>;

  constructor(readonly graph: Graph) {
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    for (const node of graph.nodes) {
      for (const name of node.outputs) if (name !== "") this.#producers.set(name, node);
      for (const name of new Set(nodeUses(node))) {
        const readers = this.#consumers.get(name);
        if (readers) readers.push(node);
        else this.#consumers.set(name, [node]);
      }
    }
  }

  /** The node that makes the value; undefined for inputs and constants. */
  producer(value: string): Node | undefined {
    return this.#producers.get(value);
  }

  /** Nodes that read the value, in topological order; a node that reads it twice stands once. */
  consumers(value: string): readonly Node[] {
    return this.#consumers.get(value) ?? [];
  }

  isOutput(value: string): boolean {
    return this.#outputs.has(value);
  }

  /** The only node that reads the value, if no other does and it is no model output. */
  onlyConsumer(value: string): Node | undefined {
    const readers = this.consumers(value);
    return readers.length === 1 && !this.isOutput(value) ? readers[0] : undefined;
  }
}

function renameInSubgraphs(node: Node, from: string, to: string): void {
  for (const graph of [...node.attrs.values()].flatMap(subgraphs)) {
    const shadowed = graph.initializers.has(from) || graph.inputs.some(({ name }) => name === from);
    if (!shadowed) renameReads(graph, from, to);
  }
}

function renameReads(graph: Graph, from: string, to: string): void {
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map((name) => (name === from ? to : name));
    renameInSubgraphs(node, from, to);
  }
  graph.outputs = graph.outputs.map((output) => (output.name === from ? { ...output, name: to } : output));
}

/** Makes every reader of `from` (subgraphs too) read `to`. Model outputs keep their names and are not touched. */
export function replaceUses(graph: Graph, from: string, to: string): void {
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map((name) => (name === from ? to : name));
    renameInSubgraphs(node, from, to);
  }
}

export function removeNodes(graph: Graph, nodes: Iterable<Node>): void {
  const gone = new Set(nodes);
  graph.nodes = graph.nodes.filter((node) => !gone.has(node));
}

/** Every value name in use in the graph. */
export function valueNames(graph: Graph): Set<string> {
  const names = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()]);
  for (const node of graph.nodes) {
    for (const name of node.outputs) names.add(name);
    for (const name of nodeUses(node)) names.add(name);
  }
  return names;
}

/** `wanted`, or `wanted_2`, `wanted_3`, ... whichever is free; the name is taken. */
export function uniqueName(taken: Set<string>, wanted: string): string {
  let name = wanted;
  for (let k = 2; taken.has(name); k++) name = `${wanted}_${k}`;
  taken.add(name);
  return name;
}
