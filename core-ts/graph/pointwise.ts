/**
 * A function of one value made of several standard ops, held as one node: the quantizer writes it as one table. No runtime knows this op;
 * whoever writes a model writes the body in its place.
 */
import type { Tensor } from "../tensor/tensor.ts";
import { uniqueName, valueNames } from "./edit.ts";
import type { Graph, Node, ValueType } from "./graph.ts";

export const POINTWISE = "Pointwise";
/** Domain of float ops that exist only inside this program. */
export const FLOAT_DOMAIN = "ai.knight.float";

export function isPointwise(node: Pick<Node, "op" | "domain">): boolean {
  return node.op === POINTWISE && node.domain === FLOAT_DOMAIN;
}

/** The body of a Pointwise node: one input, one output, and its constants. */
export function bodyOf(node: Node): Graph {
  const body = node.attrs.get("body");
  if (body?.kind !== "graph") throw new TypeError(`node "${node.name}" has no body`);
  return body.value;
}

/** Nodes in topological order, the last of which makes the result, as one node that reads `input`. The nodes are not taken out of the graph. */
export function pointwiseNode(nodes: readonly Node[], input: string, graph: Graph): Node {
  const last = nodes.at(-1)!;
  const output = last.outputs[0]!;
  const names = new Set(nodes.flatMap((node) => [...node.inputs, ...node.outputs]));
  const constants = [...names].filter((name) => graph.initializers.has(name));
  const typeOf = (name: string): ValueType | null => graph.types.get(name) ?? null;
  const body: Graph = {
    name: last.name,
    inputs: [{ name: input, type: typeOf(input) }],
    outputs: [{ name: output, type: typeOf(output) }],
    nodes: nodes.map((node) => ({ ...node, inputs: [...node.inputs], outputs: [...node.outputs] })),
    initializers: new Map(constants.map((name) => [name, graph.initializers.get(name)!])),
    types: new Map([...names].flatMap((name) => (typeOf(name) ? [[name, typeOf(name)!] as const] : []))),
  };
  return {
    name: last.name,
    op: POINTWISE,
    domain: FLOAT_DOMAIN,
    inputs: [input],
    outputs: [output],
    attrs: new Map([["body", { kind: "graph", value: body }]]),
    origins: [...nodes.slice(0, -1).map(({ name }) => name), ...nodes.flatMap(({ origins }) => origins)],
  };
}

/** Names in use, and the name of every constant. */
interface Names {
  readonly values: Set<string>;
  readonly nodes: Set<string>;
  readonly constants: Map<Tensor, string>;
}

/** Writes the body of one node into `graph`, its edges named as the node says and its other names made free. */
function inline(node: Node, graph: Graph, taken: Names): void {
  const body = bodyOf(node);
  const names = new Map([
    [body.inputs[0]!.name, node.inputs[0]!],
    [body.outputs[0]!.name, node.outputs[0]!],
  ]);
  for (const [name, constant] of body.initializers) {
    const known = taken.constants.get(constant) ?? uniqueName(taken.values, name);
    taken.constants.set(constant, known);
    names.set(name, known);
    graph.initializers.set(known, constant);
  }
  for (const { outputs } of body.nodes) {
    const name = outputs[0]!;
    if (names.has(name)) continue;
    names.set(name, uniqueName(taken.values, name));
    const type = body.types.get(name);
    if (type) graph.types.set(names.get(name)!, type);
  }
  const renamed = (name: string) => names.get(name) ?? name;
  for (const part of body.nodes) {
    const name = part === body.nodes.at(-1) ? node.name : uniqueName(taken.nodes, part.name);
    graph.nodes.push({ ...part, name, inputs: part.inputs.map(renamed), outputs: part.outputs.map(renamed) });
  }
}

/** Names that mean something in the graph itself; a body's own names are free, they are what is written. */
function namesOutsideBodies(graph: Graph): Set<string> {
  const nodes = graph.nodes.map((node) => (isPointwise(node) ? { ...node, attrs: new Map() } : node));
  return valueNames({ ...graph, nodes });
}

/** The graph in standard ops: a copy with bodies in the place of their nodes, or the graph itself where there are none. */
export function withoutPointwise(graph: Graph): Graph {
  if (!graph.nodes.some(isPointwise)) return graph;
  const whole: Graph = {
    ...graph,
    nodes: [],
    initializers: new Map(graph.initializers),
    types: new Map(graph.types),
  };
  const taken = {
    values: namesOutsideBodies(graph),
    nodes: new Set(graph.nodes.map(({ name }) => name)),
    constants: new Map([...graph.initializers].map(([name, constant]) => [constant, name])),
  };
  for (const node of graph.nodes) {
    if (isPointwise(node)) inline(node, whole, taken);
    else whole.nodes.push(node);
  }
  return whole;
}
