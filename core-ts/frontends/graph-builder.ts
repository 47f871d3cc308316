import type { Attribute, GraphValue, Model, Node, ValueType } from "../graph/graph.ts";
import { CANONICAL_OPSET, IR_VERSION } from "../graph/graph.ts";
import { int64Tensor, type Tensor } from "../tensor/tensor.ts";

type Attributes = Readonly<Record<string, Attribute>>;

/** Builds an ONNX graph node by node, in topological order, with names of its own where the caller has none. */
export class GraphBuilder {
  readonly #inputs: GraphValue[] = [];
  readonly #outputs: GraphValue[] = [];
  readonly #nodes: Node[] = [];
  readonly #constants = new Map<string, Tensor>();
  readonly #types = new Map<string, ValueType>();
  readonly #taken = new Set<string>();
  readonly #nodeNames = new Set<string>();

  /** A name that no value has yet, `wanted` if it is free. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }

  /** Declares a model input; its name is taken as it is. */
  input(name: string, type: ValueType): string {
    this.#taken.add(name);
    this.#inputs.push({ name, type });
    this.#types.set(name, type);
    return name;
  }

  /** Declares a model output; a type that is not known is found when the model runs. */
  output(name: string, type: ValueType | null = null): void {
    this.#outputs.push({ name, type });
  }

  constant(wanted: string, value: Tensor): string {
    const name = this.fresh(wanted);
    this.#constants.set(name, value);
    return name;
  }

  /** An int64 vector, as axes, shapes and pads are given. */
  int64s(wanted: string, values: readonly number[]): string {
    return this.constant(wanted, int64Tensor(values));
  }

  /** The content of a constant made by `constant`; undefined for other values. */
  constantOf(name: string): Tensor | undefined {
    return this.#constants.get(name);
  }

  /** Adds a node with one output, called `wanted` if that is free; returns the output's name. "" stands for an absent input. */
  node(op: string, inputs: readonly string[], wanted: string, attrs: Attributes = {}): string {
    return this.nodes(op, inputs, [wanted], attrs)[0]!;
  }

  /** Adds a node with several outputs; "" stands for one that is not wanted. */
  nodes(op: string, inputs: readonly string[], wanted: readonly string[], attrs: Attributes = {}): string[] {
    const outputs = wanted.map((name) => (name === "" ? "" : this.fresh(name)));
    let name = wanted.find((one) => one !== "") ?? op;
    for (let i = 1; this.#nodeNames.has(name); i++) name = `${wanted[0] || op}_${i}`;
    this.#nodeNames.add(name);
    this.#nodes.push({
      name,
      op,
      domain: "",
      inputs: [...inputs],
      outputs,
      attrs: new Map(Object.entries(attrs)),
      origins: [],
    });
    return outputs;
  }

  /** @param producer for the file's producer_name, for instance "Caffe". */
  build(name: string, producer: string): Model {
    return {
      graph: {
        name,
        inputs: this.#inputs,
        outputs: this.#outputs,
        nodes: this.#nodes,
        initializers: this.#constants,
        types: this.#types,
      },
      opsets: new Map([["", CANONICAL_OPSET]]),
      irVersion: IR_VERSION,
      producerName: `Knight Quant, from ${producer}`,
      producerVersion: "",
      functions: [],
      metadata: new Map(),
    };
  }
}
