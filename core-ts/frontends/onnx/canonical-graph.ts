import { nodeUses, uniqueName, valueNames } from "../../graph/edit.ts";
import type { Dim, Graph, Node } from "../../graph/graph.ts";
import { sortedNodes } from "../../graph/verify.ts";
import { type DType, dtypeFromCode } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import { subgraphsOf } from "./names.ts";
import type { RewriteContext } from "./rewrite.ts";
import { CONTRIB_DOMAIN } from "./rewrites/contrib.ts";
import { CONTRIB_REWRITES, REWRITES } from "./rewrites/index.ts";
import { inferDims } from "./shapes.ts";

/** Version of the standard opset in which a node is written. */
type VersionOf = (node: Node) => number;

const FLOAT_TYPES = new Set<DType>(["float32", "float64", "float16", "bfloat16"]);

/** A graph while its nodes are rewritten one by one, in topological order, and what is known of its values. */
class Scope implements RewriteContext {
  readonly #shapes = new Map<string, readonly Dim[]>();
  readonly #producers = new Map<string, Node>();
  readonly #read: ReadonlySet<string>;
  /** Names the graph defines, and those it may capture. */
  readonly visible: ReadonlySet<string>;

  constructor(
    readonly graph: Graph,
    /** Every value name of the whole model. */
    readonly taken: Set<string>,
    readonly parent?: Scope,
  ) {
    this.#read = new Set([...graph.nodes.flatMap(nodeUses), ...graph.outputs.map(({ name }) => name)]);
    this.visible = new Set([
      ...(parent?.visible ?? []),
      ...graph.inputs.map(({ name }) => name),
      ...graph.initializers.keys(),
      ...graph.nodes.flatMap(({ outputs }) => outputs),
    ]);
  }

  constant(value: string): Tensor | undefined {
    return this.graph.initializers.get(value) ?? this.parent?.constant(value);
  }

  addConstant(wanted: string, t: Tensor): string {
    const name = uniqueName(this.taken, wanted);
    this.graph.initializers.set(name, t);
    return name;
  }

  defineConstant(value: string, t: Tensor): void {
    this.graph.initializers.set(value, t);
  }

  newValue(wanted: string): string {
    return uniqueName(this.taken, wanted);
  }

  dims(value: string): readonly Dim[] | undefined {
    const stated = this.graph.initializers.get(value)?.dims ?? this.graph.types.get(value)?.dims;
    return stated ?? this.#shapes.get(value) ?? this.parent?.dims(value);
  }

  floatType(value: string): DType {
    const stated = this.graph.initializers.get(value)?.dtype ?? this.graph.types.get(value)?.dtype;
    const found = stated ?? this.#inferredType(value);
    return FLOAT_TYPES.has(found) ? found : "float32";
  }

  /** Most ops give the type of their first input. */
  #inferredType(value: string): DType {
    const producer = this.#producers.get(value);
    if (!producer) return this.parent?.floatType(value) ?? "float32";
    const to = producer.op === "Cast" ? producer.attrs.get("to") : undefined;
    if (to?.kind === "int") return dtypeFromCode(to.value) ?? "float32";
    return this.floatType(producer.inputs[0] ?? "");
  }

  isRead(value: string): boolean {
    return this.#read.has(value);
  }

  /** Takes note of a node in canonical form. */
  learn(node: Node): void {
    const inferred = inferDims(node, this);
    for (const [i, name] of node.outputs.entries()) {
      if (name === "") continue;
      this.#producers.set(name, node);
      const dims = inferred[i];
      if (dims) this.#shapes.set(name, dims);
    }
  }
}

function rewriteNode(node: Node, version: number, scope: Scope): readonly Node[] {
  let nodes: readonly Node[] = [node];
  const rules = node.domain === "" ? REWRITES : node.domain === CONTRIB_DOMAIN ? CONTRIB_REWRITES : undefined;
  for (const rule of rules?.get(node.op) ?? []) {
    if (version >= rule.until) continue;
    nodes = nodes.flatMap((each) => (each.op === rule.op ? rule.rewrite(each, scope) : [each]));
  }
  return nodes;
}

function canonicalize(scope: Scope, versionOf: VersionOf): void {
  const canonical: Node[] = [];
  for (const node of sortedNodes(scope.graph, scope.parent?.visible)) {
    for (const inner of subgraphsOf(node)) canonicalize(new Scope(inner, scope.taken, scope), versionOf);
    for (const made of rewriteNode(node, versionOf(node), scope)) {
      scope.learn(made);
      canonical.push(made);
    }
  }
  scope.graph.nodes = canonical;
}

/**
 * Brings every node of the graph and of its subgraphs to its form in CANONICAL_OPSET, in topological order. Value names stay; new nodes
 * are named after their outputs. @throws ModelError for a cycle or a dangling edge, UnsupportedError for a form that has no successor.
 */
export function canonicalizeGraph(graph: Graph, versionOf: VersionOf): void {
  canonicalize(new Scope(graph, valueNames(graph)), versionOf);
}
