import { UnsupportedError } from "../../errors.ts";
import { GraphBuilder } from "../graph-builder.ts";
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
  const stated = attrShape(node, "shape");
  const shape = stated !== undefined ? stated : attrList(node, "_output_shapes")?.shapes[index];
  return dtype && shape !== undefined ? { dtype, dims: shape } : undefined;
}

/** Finds the type of a tensor inside the graph by going through what is before it, and throwing that away. */
function foundType(endpoint: Endpoint, graph: TfGraph): Type | undefined {
  const to = new Emitter(new GraphBuilder());
  const run = new Execution({ graph, to, refusals: new Refusals(), variables: new Map() });
  const found = new Map<string, readonly Value[]>();
  for (const node of graph.nodes.values()) {
    const type = node.op.startsWith("Placeholder") ? statedType(node, 0) : undefined;
    if (type) found.set(node.name, [{ kind: "tensor", name: node.name, ...type }]);
  }
  const value = run.value(run.scope(graph.nodes, "", found), endpoint);
  return value.kind === "tensor" ? { dtype: value.dtype, dims: value.dims } : undefined;
}

function typeOf(endpoint: Endpoint, graph: TfGraph): Type {
  const node = graph.nodes.get(endpoint.node)!;
  const type =
    statedType(node, endpoint.index) ??
    (node.op.startsWith("Placeholder") ? undefined : foundType(endpoint, graph));
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

/**
 * How inputs of four dimensions lie: as in the file; with the channels first in the model's own input (-c2chw); or as in the file, and turned
 * round at once.
 */
export type InputOrder = "asInFile" | "channelsFirst" | "turned";

/** @throws ConfigError, UnsupportedError for inputs that can't be. */
export function inputTypes(starts: readonly Endpoint[], graph: TfGraph): Type[] {
  return starts.map((endpoint) => typeOf(endpoint, graph));
}

export const isImage = ({ dims }: Type): boolean => dims?.length === 4;

export function declareInput(endpoint: Endpoint, type: Type, order: InputOrder, to: Emitter): Start {
  const isTurned = isImage(type) && order === "channelsFirst";
  const value: TensorValue = {
    kind: "tensor",
    name: endpointText(endpoint),
    ...type,
    ...(isTurned ? { perm: channelsFirst(4) } : {}),
  };
  // What has no shape in the file is a scalar: a rate that is fed.
  to.builder.input(value.name, { dtype: type.dtype, dims: named(physicalDims(value) ?? []) });
  return {
    endpoint,
    value: isImage(type) && order === "turned" ? to.arrange(value, channelsFirst(4)) : value,
  };
}
