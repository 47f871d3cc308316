import { InternalError } from "../errors.ts";
import type { Attribute, Graph, Node, ValueType } from "../graph/graph.ts";
import { KNIGHT_DOMAIN } from "../graph/graph.ts";
import type { Attributes } from "../ops/record.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Grows the integer graph node by node, in topological order, with unique names. */
export class GraphWriter {
  readonly graph: Graph;
  readonly #taken: Set<string>;
  readonly #nodeNames = new Set<string>();

  /** `reserved` are names of float values, which integer helpers must not take. */
  constructor(name: string, reserved: Iterable<string>) {
    this.graph = { name, inputs: [], outputs: [], nodes: [], initializers: new Map(), types: new Map() };
    this.#taken = new Set(reserved);
  }

  /** `wanted`, or `wanted` with the first free number behind it. */
  freshValue(wanted: string): string {
    let name = wanted;
    for (let k = 2; this.#taken.has(name); k++) name = `${wanted}_${k}`;
    this.#taken.add(name);
    return name;
  }

  constant(wanted: string, value: Tensor): string {
    const name = this.freshValue(wanted);
    this.graph.initializers.set(name, value);
    return name;
  }

  /** Copies a constant of the float graph under its own name. */
  keepConstant(name: string, value: Tensor): void {
    this.graph.initializers.set(name, value);
  }

  type(value: string, type: ValueType): void {
    this.graph.types.set(value, type);
  }

  node(part: {
    name: string;
    op: string;
    domain: string;
    inputs: readonly string[];
    outputs: readonly string[];
    attrs: Attributes;
    origins?: readonly string[];
  }): void {
    if (this.#nodeNames.has(part.name))
      throw new InternalError(`two integer nodes would be named "${part.name}"`, { node: part.name });
    this.#nodeNames.add(part.name);
    const node: Node = {
      name: part.name,
      op: part.op,
      domain: part.domain,
      inputs: [...part.inputs],
      outputs: [...part.outputs],
      attrs: new Map<string, Attribute>(Object.entries(part.attrs)),
      origins: [...(part.origins ?? [])],
    };
    this.graph.nodes.push(node);
  }

  /** A node the quantizer adds between those of the model; its name gets a number when taken. */
  helper(
    op: string,
    wanted: string,
    io: { inputs: readonly string[]; output: string; attrs?: Attributes },
  ): void {
    let name = wanted;
    for (let k = 2; this.#nodeNames.has(name); k++) name = `${wanted}_${k}`;
    const domain = op === "Requantize" ? KNIGHT_DOMAIN : "";
    this.node({ name, op, domain, inputs: io.inputs, outputs: [io.output], attrs: io.attrs ?? {} });
  }
}
