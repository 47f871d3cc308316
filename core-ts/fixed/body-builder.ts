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

  /** A standard op with one output. "" is an absent optional input. */
  op(op: string, inputs: readonly string[], attrs: Attributes = {}): string {
    const output = `${op.toLowerCase()}_${this.nodes.length}`;
    this.nodes.push(bodyNode(op, inputs, { output, attrs }));
    return output;
  }

  /** Two equal parts of a 1-D tensor. */
  halves(x: string): [string, string] {
    const parts: [string, string] = [`first_${this.nodes.length}`, `second_${this.nodes.length}`];
    const node = bodyNode("Split", [x], {
      output: parts[0],
      attrs: { num_outputs: { kind: "int", value: 2 } },
    });
    node.outputs.push(parts[1]);
    this.nodes.push(node);
    return parts;
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
  result: { output: string; attrs: Attributes },
): Node {
  return {
    name: result.output,
    op,
    domain: "",
    inputs: [...inputs],
    outputs: [result.output],
    attrs: new Map(Object.entries(result.attrs)),
    origins: [],
  };
}

export interface FunctionSpec {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly attributes: readonly string[];
  /** Adds the body and returns the name of its result. */
  body(b: BodyBuilder): string;
}

/** A function of domain ai.knight with the single output "y". */
export function defineFunction(spec: FunctionSpec): FunctionDef {
  const b = new BodyBuilder();
  const result = spec.body(b);
  b.nodes.push(bodyNode("Identity", [result], { output: "y", attrs: {} }));
  return {
    domain: KNIGHT_DOMAIN,
    name: spec.name,
    inputs: spec.inputs,
    outputs: ["y"],
    attributes: spec.attributes,
    nodes: b.nodes,
    opsets: new Map([["", CANONICAL_OPSET]]),
  };
}
