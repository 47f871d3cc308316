import {
  type Attribute,
  CANONICAL_OPSET,
  type Dim,
  type Graph,
  type GraphValue,
  IR_VERSION,
  type Model,
  type Node,
} from "../../core-ts/graph/graph.ts";
import type { DType } from "../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";

/** A node from a line such as "Add a b -> c"; "_" is an absent input. Its name is its first output. */
export function node(line: string, attrs: Readonly<Record<string, Attribute>> = {}): Node {
  const [reads, makes] = line.split("->").map((part) => part.trim().split(/\s+/));
  const [op, ...inputs] = reads!;
  const outputs = makes!.map((name) => (name === "_" ? "" : name));
  return {
    name: outputs[0]!,
    op: op!,
    domain: "",
    inputs: inputs.map((name) => (name === "_" ? "" : name)),
    outputs,
    attrs: new Map(Object.entries(attrs)),
    origins: [],
  };
}

export function value(name: string, dims?: readonly Dim[], dtype: DType = "float32"): GraphValue {
  return { name, type: dims ? { dtype, dims } : null };
}

interface GraphParts {
  readonly inputs?: readonly GraphValue[];
  readonly outputs?: readonly GraphValue[];
  readonly nodes?: readonly (Node | string)[];
  readonly constants?: Readonly<Record<string, Tensor>>;
  readonly types?: readonly GraphValue[];
}

export function graph(parts: GraphParts): Graph {
  const values = [...(parts.types ?? []), ...(parts.inputs ?? []), ...(parts.outputs ?? [])];
  return {
    name: "graph",
    inputs: [...(parts.inputs ?? [])],
    outputs: [...(parts.outputs ?? [])],
    nodes: (parts.nodes ?? []).map((part) => (typeof part === "string" ? node(part) : part)),
    initializers: new Map(Object.entries(parts.constants ?? {})),
    types: new Map(values.flatMap(({ name, type }) => (type ? [[name, type] as const] : []))),
  };
}

export function model(content: Graph, more: Partial<Model> = {}): Model {
  return {
    graph: content,
    opsets: new Map([["", CANONICAL_OPSET]]),
    irVersion: IR_VERSION,
    producerName: "test",
    producerVersion: "1",
    functions: [],
    metadata: new Map(),
    ...more,
  };
}
