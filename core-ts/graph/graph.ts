import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** A dimension: a number, a symbol, or null when nothing is known. */
export type Dim = number | string | null;

/** Type of a value; `dims` is null when not even the rank is known. */
export interface ValueType {
  readonly dtype: DType;
  readonly dims: readonly Dim[] | null;
}

/** A named edge of the model. `type` is null for an output whose type the file does not state. */
export interface GraphValue {
  readonly name: string;
  readonly type: ValueType | null;
  /** Where the batch was open in the file and is not any more: this edge has no part in it, one tensor holds for all samples. */
  readonly holdsForAll?: boolean;
}

/** ONNX attributes. `ref` stands only in function bodies: the value of the calling node's attribute of that name. */
export type Attribute =
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "ints"; readonly value: readonly number[] }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "floats"; readonly value: readonly number[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "strings"; readonly value: readonly string[] }
  | { readonly kind: "tensor"; readonly value: Tensor }
  | { readonly kind: "tensors"; readonly value: readonly Tensor[] }
  | { readonly kind: "graph"; readonly value: Graph }
  | { readonly kind: "graphs"; readonly value: readonly Graph[] }
  /** A part of the format this project does not interpret (type_proto, sparse_tensor), kept as its bytes. */
  | { readonly kind: "opaque"; readonly field: number; readonly bytes: Uint8Array }
  | { readonly kind: "ref"; readonly name: string; readonly of: AttributeKind };

export type AttributeKind =
  | "int"
  | "ints"
  | "float"
  | "floats"
  | "string"
  | "strings"
  | "tensor"
  | "tensors"
  | "graph"
  | "graphs";

/** One operator call. Values are names; "" is an absent optional input or output. Mutable: passes edit in place. */
export interface Node {
  /** Unique in its graph. */
  name: string;
  op: string;
  /** "" is the standard domain. */
  domain: string;
  inputs: string[];
  outputs: string[];
  attrs: Map<string, Attribute>;
  /** Names of original nodes that passes fused into this one, in the order they ran. */
  origins: string[];
}

/** A dataflow graph in topological order. Mutable; see verifyGraph for what always holds between passes. */
export interface Graph {
  name: string;
  inputs: GraphValue[];
  outputs: GraphValue[];
  nodes: Node[];
  initializers: Map<string, Tensor>;
  /** What is known of the type of any value (also of inputs and outputs). */
  types: Map<string, ValueType>;
}

/** A model-local function: an op of `domain` whose meaning is a body of standard ops. */
export interface FunctionDef {
  readonly domain: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of the attributes a caller must give. */
  readonly attributes: readonly string[];
  /** Attributes a caller may leave out, and what they are then. */
  readonly defaults?: ReadonlyMap<string, Attribute>;
  readonly nodes: readonly Node[];
  readonly opsets: ReadonlyMap<string, number>;
}

export interface Model {
  graph: Graph;
  /** Domain → version; "" is the standard domain. */
  opsets: Map<string, number>;
  irVersion: number;
  producerName: string;
  producerVersion: string;
  functions: FunctionDef[];
  metadata: Map<string, string>;
}

/** Version of the standard opset every later stage sees, and in which models are written. */
export const CANONICAL_OPSET = 21;
/** ONNX IR version of what we write. */
export const IR_VERSION = 10;
/** Domain of the integer ops (spec/fixed-point-ir.md, section 1). */
export const KNIGHT_DOMAIN = "ai.knight";
