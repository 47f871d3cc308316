import { ModelError } from "../errors.ts";
import type { Attribute, Graph, Node } from "./graph.ts";

/** Names the graph itself gives a meaning: its inputs, constants and the outputs of its nodes. */
function definedNames(graph: Graph): Set<string> {
  return new Set([
    ...graph.inputs.map(({ name }) => name),
    ...graph.initializers.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ]);
}

/** Names a subgraph reads from outside itself. */
function captured(graph: Graph): string[] {
  const own = definedNames(graph);
  const read = [...graph.nodes.flatMap(nodeUses), ...graph.outputs.map(({ name }) => name)];
  return read.filter((name) => name !== "" && !own.has(name));
}

function subgraphs(attribute: Attribute): readonly Graph[] {
  if (attribute.kind === "graph") return [attribute.value];
  return attribute.kind === "graphs" ? attribute.value : [];
}

const nodeSubgraphs = (node: Node): Graph[] => [...node.attrs.values()].flatMap(subgraphs);

/** Every name the node reads: its inputs (also absent ones, ""), then what its subgraphs capture. */
export function nodeUses(node: Node): string[] {
  const inner = nodeSubgraphs(node).flatMap(captured);
  return inner.length === 0 ? node.inputs : [...node.inputs, ...new Set(inner)];
}

/** What the node's subgraphs read by name, whether or not it is an input of the node as well. */
export function nodeCaptures(node: Node): string[] {
  return nodeUses(node).slice(node.inputs.length);
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
        if (name === "") continue;
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

/** Renames what the node's subgraphs capture. */
function renameCaptured(node: Node, from: string, to: string): void {
  for (const graph of nodeSubgraphs(node)) {
    if (!captured(graph).includes(from)) continue;
    if (definedNames(graph).has(to)) {
      throw new ModelError(
        `a subgraph of ${node.op} node "${node.name}" has a value "${to}" of its own beside the model's "${to}"; export the model with unique value names`,
        { node: node.name, value: to },
      );
    }
    replaceUses(graph, from, to);
    graph.outputs = graph.outputs.map((output) => (output.name === from ? { ...output, name: to } : output));
  }
}

/**
 * Makes every reader of `from` read `to`, also in subgraphs, except where a subgraph has a value `from` of its own. Model outputs keep their
 * names and are not touched. @throws ModelError when a subgraph that reads `from` has another value named `to`.
 */
export function replaceUses(graph: Graph, from: string, to: string): void {
  for (const node of graph.nodes) {
    node.inputs = node.inputs.map((name) => (name === from ? to : name));
    renameCaptured(node, from, to);
  }
}

export function removeNodes(graph: Graph, nodes: Iterable<Node>): void {
  const gone = new Set(nodes);
  graph.nodes = graph.nodes.filter((node) => !gone.has(node));
}

/** Every value name in use in the graph and inside its subgraphs: a name that is not among them means nothing anywhere. */
export function valueNames(graph: Graph): Set<string> {
  const names = definedNames(graph);
  for (const { name } of graph.outputs) names.add(name);
  for (const node of graph.nodes) {
    for (const name of node.inputs) names.add(name);
    for (const inner of nodeSubgraphs(node)) for (const name of valueNames(inner)) names.add(name);
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
