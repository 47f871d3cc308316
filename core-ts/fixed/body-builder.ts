import {
  type Attribute,
  type AttributeKind,
  CANONICAL_OPSET,
  type FunctionDef,
  KNIGHT_DOMAIN,
  type Node,
} from "../graph/graph.ts";
import { DTYPE_CODES, type DType } from "../tensor/dtype.ts";
import { int64Tensor, type Tensor, tensor } from "../tensor/tensor.ts";

type Attributes = Readonly<Record<string, Attribute>>;

/** The calling node's attribute of that name. */
export function ref(name: string, of: AttributeKind = "int"): Attribute {
  return { kind: "ref", name, of };
}

/** The same name on both sides: `refs("ints", ["pads"])` gives `{ pads: ref("pads", "ints") }`. */
export function refs(of: AttributeKind, names: readonly string[]): Attributes {
  return Object.fromEntries(names.map((name) => [name, ref(name, of)]));
}

/** Grows a function body of standard ONNX ops; every method returns the name of the value it makes. */
export class BodyBuilder {
  readonly nodes: Node[] = [];
  readonly #constants = new Map<string, string>();

  /** `prefix` keeps the names of a body inside a body (that of a Scan) apart from those around it. */
  constructor(readonly prefix = "") {}

  /** A standard op with one output. "" is an absent optional input. */
  op(op: string, inputs: readonly string[], attrs: Attributes = {}): string {
    const output = `${this.prefix}${op.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push(bodyNode(op, inputs, { outputs: [output], attrs }));
    return output;
  }

  /** A standard op with several outputs. */
  many(op: string, inputs: readonly string[], outputs: readonly string[], attrs: Attributes = {}): string[] {
    const names = outputs.map((name) => `${this.prefix}${name}_${this.nodes.length}`);
    this.nodes.push(bodyNode(op, inputs, { outputs: names, attrs }));
    return names;
  }

  /** Two equal parts of a 1-D tensor. */
  halves(x: string): [string, string] {
    return this.many("Split", [x], ["first", "second"], { num_outputs: { kind: "int", value: 2 } }) as [
      string,
      string,
    ];
  }

  constant(value: Tensor): string {
    const key = `${value.dtype}[${value.dims}]:${value.data}`;
    return this.#once(key, { value: { kind: "tensor", value } });
  }

  f64(value: number): string {
    return this.constant(tensor("float64", [], Float64Array.of(value)));
  }

  i32(value: number): string {
    return this.constant(tensor("int32", [], Int32Array.of(value)));
  }

  i64(value: number): string {
    return this.constant(tensor("int64", [], BigInt64Array.of(BigInt(value))));
  }

  /** A 1-D int64 tensor, the form of shapes and axes. */
  i64s(...values: number[]): string {
    return this.constant(int64Tensor(values));
  }

  /** The caller's integer attribute as an int64 scalar. */
  attribute(name: string): string {
    return this.#once(`int:${name}`, { value_int: ref(name) });
  }

  /** The caller's attribute of several integers as a 1-D int64 tensor. */
  attributes(name: string): string {
    return this.#once(`ints:${name}`, { value_ints: ref(name, "ints") });
  }

  cast(x: string, to: DType): string {
    return this.op("Cast", [x], { to: { kind: "int", value: DTYPE_CODES[to] } });
  }

  /** The caller's integer attribute as a scalar of that type. */
  attributeAs(name: string, dtype: DType): string {
    return this.cast(this.attribute(name), dtype);
  }

  #once(key: string, attrs: Attributes): string {
    const known = this.#constants.get(key);
    if (known) return known;
    const name = this.op("Constant", [], attrs);
    this.#constants.set(key, name);
    return name;
  }
}

function bodyNode(
  op: string,
  inputs: readonly string[],
  result: { outputs: string[]; attrs: Attributes },
): Node {
  return {
    name: result.outputs[0]!,
    op,
    domain: "",
    inputs: [...inputs],
    outputs: result.outputs,
    attrs: new Map(Object.entries(result.attrs)),
    origins: [],
  };
}

export interface FunctionSpec {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly string[];
  /** Names of the outputs; "y" alone when absent. */
  readonly outputs?: readonly string[];
  /** Adds the body and returns the name of its result, or of one for each output. */
  body(b: BodyBuilder): string | readonly string[];
}

/** A function of domain ai.knight. */
export function defineFunction(spec: FunctionSpec): FunctionDef {
  const b = new BodyBuilder();
  const outputs = spec.outputs ?? ["y"];
  for (const [i, result] of [spec.body(b)].flat().entries())
    b.nodes.push(bodyNode("Identity", [result], { outputs: [outputs[i]!], attrs: {} }));
  return {
    domain: KNIGHT_DOMAIN,
    name: spec.name,
    inputs: spec.inputs,
    outputs,
    attributes: spec.attributes,
    nodes: b.nodes,
    opsets: new Map([["", CANONICAL_OPSET]]),
  };
}
