import { GraphIndex, uniqueName, valueNames } from "../graph/edit.ts";
import type { Attribute, Graph, Node, ValueType } from "../graph/graph.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

export interface NewNode {
  /** Wanted name; a number is added when taken. */
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs?: Readonly<Record<string, Attribute>>;
  readonly origins?: readonly string[];
}

/** What a rule sees of the graph around one node, and the few edits it may make. One site serves one edit. */
export class Site {
  readonly index: GraphIndex;

  constructor(readonly graph: Graph) {
    this.index = new GraphIndex(graph);
  }

  constant(value: string | undefined): Tensor | undefined {
    return value ? this.graph.initializers.get(value) : undefined;
  }

  /** Static shape, or undefined. */
  dims(value: string): readonly number[] | undefined {
    const dims = this.graph.initializers.get(value)?.dims ?? this.graph.types.get(value)?.dims;
    return dims?.every((dim) => typeof dim === "number") ? (dims as readonly number[]) : undefined;
  }

  dtype(value: string): DType | undefined {
    return this.graph.initializers.get(value)?.dtype ?? this.graph.types.get(value)?.dtype;
  }

  /** The node that makes `value`, if nobody else reads it and it is no output of the model. */
  soleProducer(value: string): Node | undefined {
    const maker = this.index.producer(value);
    return maker && this.index.onlyConsumer(value) ? maker : undefined;
  }

  /** Adds an initializer and returns its name. */
  addConstant(wanted: string, value: Tensor): string {
    const name = uniqueName(valueNames(this.graph), wanted);
    this.graph.initializers.set(name, value);
    return name;
  }

  /** Names a new value of this type. */
  addValue(wanted: string, type: ValueType | undefined): string {
    const name = uniqueName(valueNames(this.graph), wanted);
    if (type) this.graph.types.set(name, type);
    return name;
  }

  /** Puts new nodes where `old` stood, and takes `old` and the nodes `with` it away. */
  replace(old: Node, news: readonly NewNode[], also: readonly Node[] = []): void {
    const gone = new Set([old, ...also]);
    const taken = new Set(this.graph.nodes.filter((node) => !gone.has(node)).map(({ name }) => name));
    const made = news.map(
      (part): Node => ({
        name: uniqueName(taken, part.name),
        op: part.op,
        domain: "",
        inputs: [...part.inputs],
        outputs: [...part.outputs],
        attrs: new Map(Object.entries(part.attrs ?? {})),
        origins: [...(part.origins ?? [])],
      }),
    );
    this.graph.nodes = this.graph.nodes.flatMap((node) =>
      node === old ? made : gone.has(node) ? [] : [node],
    );
  }

  remove(...nodes: readonly Node[]): void {
    const gone = new Set(nodes);
    this.graph.nodes = this.graph.nodes.filter((node) => !gone.has(node));
  }
}
