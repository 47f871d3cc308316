import { ConfigError, UnsupportedError } from "../../errors.ts";
import type { GraphBuilder } from "../graph-builder.ts";
import { Refusals } from "../refusals.ts";
import { dtypeOf } from "./dtypes.ts";
import { Emitter } from "./emitter.ts";
import { Execution } from "./execution.ts";
import {
  attrList,
  attrShape,
  attrType,
  type Dims,
  type Endpoint,
  endpointText,
  type TfGraph,
  type TfNode,
} from "./node.ts";
import { channelsFirst, physicalDims, type TensorValue, type Value } from "./value.ts";

type Type = Pick<TensorValue, "dtype" | "dims">;
/** The type the tensor of a node has, from its attributes. */
function statedType(node: TfNode, index: number): Type | undefined {
  const dtype = dtypeOf(attrType(node, "dtype") ?? 0);
  const shape = attrShape(node, "shape") ?? attrList(node, "_output_shapes")?.shapes[index];
  return dtype && shape !== undefined ? { dtype, dims: shape } : undefined;
}

/** Finds the type of a tensor inside the graph by going through what is before it, and throwing that away. */
function foundType(endpoint: Endpoint, graph: TfGraph, scratch: () => GraphBuilder): Type | undefined {
  const to = new Emitter(scratch());
  const run = new Execution({ graph, to, refusals: new Refusals(), variables: new Map() });
  const found = new Map<string, readonly Value[]>();
  for (const node of graph.nodes.values()) {
    const type = node.op.startsWith("Placeholder") ? statedType(node, 0) : undefined;
    if (type) found.set(node.name, [{ kind: "tensor", name: node.name, ...type }]);
  }
  const value = run.value(run.scope(graph.nodes, "", found), endpoint);
  return value.kind === "tensor" ? { dtype: value.dtype, dims: value.dims } : undefined;
}

function typeOf(endpoint: Endpoint, graph: TfGraph, scratch: () => GraphBuilder): Type {
  const node = graph.nodes.get(endpoint.node)!;
  const type =
    statedType(node, endpoint.index) ??
    (node.op.startsWith("Placeholder") ? undefined : foundType(endpoint, graph, scratch));
  if (!type || type.dtype === "string") {
    throw new UnsupportedError(
      `${endpointText(endpoint)} of op "${node.op}" can't be an input of the model: it is ${type ? "text" : "no tensor whose type can be told"}; name a placeholder, or what an op gives, with -snn`,
      { node: node.name },
    );
  }
  return type;
}

/** A dimension in the file; the batch has a name. */
const named = (dims: Dims) => dims.map((dim, axis) => dim ?? (axis === 0 ? "batch" : null));

export interface Start {
  readonly endpoint: Endpoint;
  readonly value: TensorValue;
}

/** Types of the inputs, as [endpoint, value] with the channels first where -c2chw asks for it. @throws ConfigError, UnsupportedError */
export function declareInputs(
  starts: readonly Endpoint[],
  {
    graph,
    toChw,
    builder,
    scratch,
  }: { graph: TfGraph; toChw: boolean; builder: GraphBuilder; scratch: () => GraphBuilder },
): Start[] {
  const typed = starts.map((endpoint) => ({ endpoint, type: typeOf(endpoint, graph, scratch) }));
  if (toChw && !typed.some(({ type }) => type.dims?.length === 4)) {
    throw new ConfigError(
      "-c2chw/--convert2chw turns inputs of four dimensions round, and the model has none; leave it out",
      { option: "-c2chw/--convert2chw" },
    );
  }
  return typed.map(({ endpoint, type }) => {
    const perm = toChw && type.dims?.length === 4 ? { perm: channelsFirst(4) } : {};
    const value: TensorValue = { kind: "tensor", name: endpointText(endpoint), ...type, ...perm };
    // What has no shape in the file is a scalar: a rate that is fed.
    builder.input(value.name, { dtype: type.dtype, dims: named(physicalDims(value) ?? []) });
    return { endpoint, value };
  });
}
