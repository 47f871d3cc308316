import { ModelError } from "../errors.ts";
import type { Attribute, FunctionDef, Graph, GraphValue, Model, Node } from "../graph/graph.ts";
import { withoutPointwise } from "../graph/pointwise.ts";
import { withoutRmsNormalization } from "../graph/rms-normalization.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { DTYPE_CODES } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { ATTRIBUTE_TYPES, onnx, toLong } from "./proto.ts";
import { ORIGINS_KEY } from "./read-graph.ts";
import { toBytes } from "./tensor-data.ts";

/** A protobuf message may not be larger. */
const LARGEST_FILE = powerOfTwo(31) - 1;

/** Where a tensor's bytes go: into the message, or into a data file of which the message names a part. */
type TensorWriter = (name: string, t: Tensor) => onnx.TensorProto.$Properties;

const encodeText = (text: string): Uint8Array => new TextEncoder().encode(text);

function inlineTensor(name: string, t: Tensor): onnx.TensorProto.$Properties {
  const head = { name, dims: t.dims.map(toLong), dataType: DTYPE_CODES[t.dtype] };
  return t.dtype === "string"
    ? { ...head, stringData: t.data.map(encodeText) }
    : { ...head, rawData: toBytes(t) };
}

function writeAttribute(name: string, attribute: Attribute): onnx.AttributeProto.$Properties {
  if (attribute.kind === "opaque") {
    return attribute.field === 14
      ? { name, type: 13, tp: attribute.bytes }
      : { name, type: 11, sparseTensor: attribute.bytes };
  }
  if (attribute.kind === "ref")
    return { name, type: ATTRIBUTE_TYPES[attribute.of], refAttrName: attribute.name };
  const head = { name, type: ATTRIBUTE_TYPES[attribute.kind] };
  switch (attribute.kind) {
    case "int":
      return { ...head, i: toLong(attribute.value) };
    case "ints":
      return { ...head, ints: attribute.value.map(toLong) };
    case "float":
      return { ...head, f: attribute.value };
    case "floats":
      return { ...head, floats: [...attribute.value] };
    case "string":
      return { ...head, s: encodeText(attribute.value) };
    case "strings":
      return { ...head, strings: attribute.value.map(encodeText) };
    case "tensor":
      return { ...head, t: inlineTensor("", attribute.value) };
    case "tensors":
      return { ...head, tensors: attribute.value.map((t) => inlineTensor("", t)) };
    case "graph":
      return { ...head, g: writeGraph(attribute.value, inlineTensor) };
    case "graphs":
      return { ...head, graphs: attribute.value.map((graph) => writeGraph(graph, inlineTensor)) };
  }
}

function writeNode(node: Node): onnx.NodeProto.$Properties {
  return {
    name: node.name,
    opType: node.op,
    domain: node.domain,
    input: node.inputs,
    output: node.outputs,
    attribute: [...node.attrs].map(([name, attribute]) => writeAttribute(name, attribute)),
    metadataProps: node.origins.length > 0 ? [{ key: ORIGINS_KEY, value: JSON.stringify(node.origins) }] : [],
  };
}

function writeValue({ name, type }: GraphValue): onnx.ValueInfoProto.$Properties {
  if (!type) return { name };
  const dim = (d: number | string | null) =>
    typeof d === "number" ? { dimValue: toLong(d) } : d === null ? {} : { dimParam: d };
  const shape = type.dims ? { dim: type.dims.map(dim) } : undefined;
  return { name, type: { tensorType: { elemType: DTYPE_CODES[type.dtype], ...(shape && { shape }) } } };
}

function writeGraph(source: Graph, tensors: TensorWriter): onnx.GraphProto.$Properties {
  const graph = withoutRmsNormalization(withoutPointwise(source));
  const edges = new Set([...graph.inputs, ...graph.outputs].map(({ name }) => name));
  const inner = [...graph.types].filter(([name]) => !edges.has(name) && !graph.initializers.has(name));
  return {
    name: graph.name,
    node: graph.nodes.map(writeNode),
    initializer: [...graph.initializers].map(([name, t]) => tensors(name, t)),
    input: graph.inputs.map(writeValue),
    output: graph.outputs.map(writeValue),
    valueInfo: inner.map(([name, type]) => writeValue({ name, type })),
  };
}

const writeOpsets = (opsets: ReadonlyMap<string, number>) =>
  [...opsets].map(([domain, version]) => ({ domain, version: toLong(version) }));

function writeFunction(f: FunctionDef): onnx.FunctionProto.$Properties {
  return {
    name: f.name,
    domain: f.domain,
    input: [...f.inputs],
    output: [...f.outputs],
    attribute: [...f.attributes],
    attributeProto: [...(f.defaults ?? [])].map(([name, attribute]) => writeAttribute(name, attribute)),
    node: f.nodes.map(writeNode),
    opsetImport: writeOpsets(f.opsets),
  };
}

function encode(model: Model, tensors: TensorWriter): Uint8Array {
  return onnx.ModelProto.encode({
    irVersion: toLong(model.irVersion),
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    graph: writeGraph(model.graph, tensors),
    opsetImport: writeOpsets(model.opsets),
    functions: model.functions.map(writeFunction),
    metadataProps: [...model.metadata]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value })),
  }).finish();
}

const tensorBytes = (t: Tensor): number => (t.dtype === "string" ? 0 : t.data.byteLength);

function sum<T>(items: Iterable<T>, size: (item: T) => number): number {
  let total = 0;
  for (const item of items) total += size(item);
  return total;
}

function attributeBytes(attribute: Attribute): number {
  switch (attribute.kind) {
    case "tensor":
      return tensorBytes(attribute.value);
    case "tensors":
      return sum(attribute.value, tensorBytes);
    case "graph":
      return graphBytes(attribute.value);
    case "graphs":
      return sum(attribute.value, graphBytes);
    default:
      return 0;
  }
}

/** Bytes of all tensors that a single file would have to hold. */
function graphBytes(graph: Graph): number {
  const inNodes = sum(graph.nodes, ({ attrs }) => sum(attrs.values(), attributeBytes));
  return inNodes + sum(graph.initializers.values(), tensorBytes);
}

/** Model → one ONNX file; the same model gives the same bytes. @throws ModelError above 2 GB. */
export function writeModel(model: Model): Uint8Array {
  const size = graphBytes(model.graph);
  if (size > LARGEST_FILE) {
    throw new ModelError(
      `the model's weights are ${size} bytes, and one ONNX file holds at most ${LARGEST_FILE}; write it with external data`,
    );
  }
  return encode(model, inlineTensor);
}

export interface ExternalOptions {
  /** Name of the data file, relative to the model's folder. */
  readonly location: string;
  /** Tensors of at least this many bytes go into the data file. */
  readonly threshold: number;
}

/** Readers may map the file: every tensor starts at a multiple of this. */
const ALIGNMENT = 4096;

/** Model → an ONNX file and the data file that holds its large tensors. */
export function writeModelExternal(
  model: Model,
  options: ExternalOptions,
): { model: Uint8Array; data: Uint8Array } {
  const parts: { offset: number; bytes: Uint8Array }[] = [];
  let end = 0;
  const bytes = encode(model, (name, t) => {
    if (t.dtype === "string" || t.data.byteLength < options.threshold) return inlineTensor(name, t);
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    const content = toBytes(t);
    parts.push({ offset, bytes: content });
    end = offset + content.length;
    const place = { location: options.location, offset: String(offset), length: String(content.length) };
    const externalData = Object.entries(place).map(([key, value]) => ({ key, value }));
    return { name, dims: t.dims.map(toLong), dataType: DTYPE_CODES[t.dtype], dataLocation: 1, externalData };
  });
  const data = new Uint8Array(end);
  for (const part of parts) data.set(part.bytes, part.offset);
  return { model: bytes, data };
}
