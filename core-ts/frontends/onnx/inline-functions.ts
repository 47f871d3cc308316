import { ModelError, UnsupportedError } from "../../errors.ts";
import { uniqueName, valueNames } from "../../graph/edit.ts";
import {
  type Attribute,
  type FunctionDef,
  type Graph,
  KNIGHT_DOMAIN,
  type Model,
  type Node,
} from "../../graph/graph.ts";
import { subgraphsOf } from "./names.ts";
import { checkOpset } from "./opset.ts";

/** Functions that call each other twice at each of n levels become 2^n nodes; real models stay far below this. */
const MOST_NODES = 200_000;

const key = (domain: string, name: string): string => `${domain}:${name}`;

/** One call of a function: what its names and attribute references stand for. */
interface Call {
  readonly node: Node;
  readonly definition: FunctionDef;
  rename(value: string): string;
  /** A name for the copy of a node of the body, no other copy's in this call: values further in are named after it. */
  nameFor(node: Node): string;
}

function resolve(attribute: Attribute, call: Call): Attribute | undefined {
  switch (attribute.kind) {
    case "ref":
      return call.node.attrs.get(attribute.name) ?? call.definition.defaults?.get(attribute.name);
    case "graph":
      return { kind: "graph", value: copyGraph(attribute.value, call) };
    case "graphs":
      return { kind: "graphs", value: attribute.value.map((graph) => copyGraph(graph, call)) };
    default:
      return attribute;
  }
}

function copyNode(node: Node, call: Call): Node {
  const attrs = new Map<string, Attribute>();
  for (const [name, attribute] of node.attrs) {
    const value = resolve(attribute, call);
    if (value) attrs.set(name, value);
  }
  return {
    ...node,
    name: call.nameFor(node),
    inputs: node.inputs.map(call.rename),
    outputs: node.outputs.map(call.rename),
    attrs,
    origins: [...node.origins],
  };
}

function copyGraph(graph: Graph, call: Call): Graph {
  const renamed = <T>(table: ReadonlyMap<string, T>) =>
    new Map([...table].map(([name, value]) => [call.rename(name), value]));
  return {
    name: graph.name,
    inputs: graph.inputs.map((value) => ({ ...value, name: call.rename(value.name) })),
    outputs: graph.outputs.map((value) => ({ ...value, name: call.rename(value.name) })),
    nodes: graph.nodes.map((node) => copyNode(node, call)),
    initializers: renamed(graph.initializers),
    types: renamed(graph.types),
  };
}

class Inliner {
  /** Version of the standard opset of every node that came out of a function. */
  readonly versions = new Map<Node, number>();
  readonly #functions: ReadonlyMap<string, FunctionDef>;
  readonly #taken: Set<string>;

  constructor(readonly model: Model) {
    const inlined = model.functions.filter(({ domain }) => domain !== KNIGHT_DOMAIN);
    this.#functions = new Map(inlined.map((f) => [key(f.domain, f.name), f]));
    this.#taken = valueNames(model.graph);
  }

  /** `callers`: the functions around the graph, to find one that calls itself. */
  expand(graph: Graph, callers: readonly FunctionDef[] = []): void {
    graph.nodes = graph.nodes.flatMap((node) => this.#expandNode(node, callers));
  }

  #expandNode(node: Node, callers: readonly FunctionDef[]): readonly Node[] {
    for (const inner of subgraphsOf(node)) this.expand(inner, callers);
    const definition = this.#functions.get(key(node.domain, node.op));
    if (!definition) return [node];
    if (callers.includes(definition)) {
      throw new ModelError(
        `function "${definition.name}" of domain "${definition.domain}" calls itself, which ONNX does not allow; export the model again`,
        { node: node.name },
      );
    }
    const body = this.#instantiate(node, definition);
    return body.flatMap((each) => this.#expandNode(each, [...callers, definition]));
  }

  #instantiate(node: Node, definition: FunctionDef): Node[] {
    const names = new Map<string, string>([["", ""]]);
    for (const [i, name] of definition.inputs.entries()) names.set(name, node.inputs[i] ?? "");
    const passed: Node[] = [];
    for (const [i, name] of definition.outputs.entries()) {
      const output = node.outputs[i] ?? "";
      if (output === "") continue;
      // A function that hands an input through, or one value out twice, has no node that could make this output.
      if (names.has(name)) passed.push(this.#passOn(name, output));
      else names.set(name, output);
    }
    const rename = (value: string): string => {
      const known = names.get(value);
      if (known !== undefined) return known;
      const fresh = uniqueName(this.#taken, `${node.name}/${value}`);
      names.set(value, fresh);
      return fresh;
    };
    const inner = new Set<string>();
    const nameFor = (copied: Node): string =>
      `${node.name}/${uniqueName(inner, copied.name || copied.outputs[0] || copied.op)}`;
    const call: Call = { node, definition, rename, nameFor };
    const body = definition.nodes.map((each) => copyNode(each, call));
    const ends = passed.map((each) => ({ ...each, inputs: each.inputs.map(rename) }));
    this.#note([...body, ...ends], definition);
    return [...body, ...ends];
  }

  #passOn(from: string, to: string): Node {
    return {
      name: "",
      op: "Identity",
      domain: "",
      inputs: [from],
      outputs: [to],
      attrs: new Map(),
      origins: [],
    };
  }

  #note(nodes: readonly Node[], definition: FunctionDef): void {
    const version = definition.opsets.get("") ?? this.model.opsets.get("") ?? 0;
    checkOpset(version, `function "${definition.name}"`);
    for (const node of nodes) {
      this.versions.set(node, version);
      if (this.versions.size > MOST_NODES) {
        throw new UnsupportedError(
          `the model's functions expand to more than ${MOST_NODES} nodes; export it with its functions inlined`,
        );
      }
      for (const inner of subgraphsOf(node)) this.#note(inner.nodes, definition);
    }
  }
}

/** Domains that functions brought with them and nodes still use; those of the functions themselves are gone. */
function updateOpsets(model: Model, gone: readonly FunctionDef[]): void {
  for (const { opsets } of gone) {
    for (const [domain, version] of opsets) {
      if (!model.opsets.has(domain)) model.opsets.set(domain, version);
    }
  }
  const used = new Set<string>();
  const collect = (graph: Graph): void => {
    for (const node of graph.nodes) {
      used.add(node.domain);
      for (const inner of subgraphsOf(node)) collect(inner);
    }
  };
  collect(model.graph);
  for (const { domain } of gone) if (!used.has(domain) && domain !== "") model.opsets.delete(domain);
}

/**
 * Replaces every call of a model-local function by the function's body, also in subgraphs and in other functions; those of ai.knight, which
 * are ops to us, stay. Nodes must have names: the body's nodes and values are called `caller/inner`.
 * @returns the standard opset version of each node that came out of a function, which need not be the model's.
 * @throws ModelError for a function that calls itself, UnsupportedError for a function in an opset that is not read.
 */
export function inlineFunctions(model: Model): ReadonlyMap<Node, number> {
  const inliner = new Inliner(model);
  inliner.expand(model.graph);
  const gone = model.functions.filter(({ domain }) => domain !== KNIGHT_DOMAIN);
  model.functions = model.functions.filter(({ domain }) => domain === KNIGHT_DOMAIN);
  updateOpsets(model, gone);
  return inliner.versions;
}
