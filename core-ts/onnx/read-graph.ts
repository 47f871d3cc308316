import { ModelError } from "../errors.ts";
import type {
  Attribute,
  AttributeKind,
  FunctionDef,
  Graph,
  GraphValue,
  Node,
  ValueType,
} from "../graph/graph.ts";
import { dtypeFromCode } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { ExternalReader } from "./external.ts";
import { ATTRIBUTE_TYPES, type onnx, toNumber } from "./proto.ts";
import { readTensor } from "./read-tensor.ts";

/** metadata_props key of a node that lists the nodes fused into it, as a JSON array. */
export const ORIGINS_KEY = "knight.origins";

const KINDS = new Map<number, AttributeKind>(
  (Object.keys(ATTRIBUTE_TYPES) as AttributeKind[]).map((kind) => [ATTRIBUTE_TYPES[kind], kind]),
);

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Old files leave the type out: the field that is filled tells. */
function kindOf(proto: onnx.AttributeProto): AttributeKind | undefined {
  const stated = KINDS.get(proto.type);
  if (stated || proto.type !== 0) return stated;
  if (proto.t) return "tensor";
  if (proto.g) return "graph";
  if (proto.floats.length > 0) return "floats";
  if (proto.ints.length > 0) return "ints";
  if (proto.strings.length > 0) return "strings";
  if (proto.s.length > 0) return "string";
  return proto.f !== 0 ? "float" : "int";
}

async function readAttribute(
  proto: onnx.AttributeProto,
  external: ExternalReader | undefined,
): Promise<Attribute> {
  const kind = kindOf(proto);
  if (proto.refAttrName && kind) return { kind: "ref", name: proto.refAttrName, of: kind };
  switch (kind) {
    case "int":
      return { kind, value: toNumber(proto.i) };
    case "ints":
      return { kind, value: proto.ints.map(toNumber) };
    case "float":
      return { kind, value: proto.f };
    case "floats":
      return { kind, value: [...proto.floats] };
    case "string":
      return { kind, value: text(proto.s) };
    case "strings":
      return { kind, value: proto.strings.map(text) };
    case "tensor":
      return { kind, value: await readTensor(required(proto.t, proto), external) };
    case "tensors":
      return {
        kind,
        value: await Promise.all(proto.tensors.map((t) => readTensor(t as onnx.TensorProto, external))),
      };
    case "graph":
      return { kind, value: await readGraph(required(proto.g, proto), external) };
    case "graphs":
      return {
        kind,
        value: await Promise.all(proto.graphs.map((g) => readGraph(g as onnx.GraphProto, external))),
      };
    case undefined:
      return opaque(proto);
  }
}

function required<T, U extends T>(value: T | null | undefined, proto: onnx.AttributeProto): U {
  if (value) return value as U;
  throw new ModelError(
    `attribute "${proto.name}" says it holds a value of type ${proto.type} and holds none; the file is damaged`,
  );
}

/** Type protos and sparse tensors pass through as bytes. */
function opaque(proto: onnx.AttributeProto): Attribute {
  if (proto.tp.length > 0) return { kind: "opaque", field: 14, bytes: proto.tp.slice() };
  if (proto.sparseTensor.length > 0) return { kind: "opaque", field: 22, bytes: proto.sparseTensor.slice() };
  throw new ModelError(
    `attribute "${proto.name}" is of type ${proto.type}, which this tool does not read (it reads 1 to 11 and 13); the file is damaged or newer than this tool`,
  );
}

function readOrigins(proto: onnx.NodeProto): string[] {
  const stored = proto.metadataProps.find(({ key }) => key === ORIGINS_KEY)?.value;
  if (!stored) return [];
  try {
    const parsed: unknown = JSON.parse(stored);
    return Array.isArray(parsed) ? parsed.map(String) : [];
  } catch {
    return [];
  }
}

/** "ai.onnx" is another spelling of the standard domain. */
const domainName = (stored: string | null | undefined): string =>
  stored === "ai.onnx" || !stored ? "" : stored;

/** Functions that differ only in their overload get names of their own: such names have a meaning only inside the file. */
const overloaded = (name: string, overload: string): string => (overload ? `${name}__${overload}` : name);

/** Of several versions of one domain the highest was meant. */
export function readOpsets(imports: readonly onnx.OperatorSetIdProto.$Properties[]): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of imports) {
    const key = domainName(domain);
    opsets.set(key, Math.max(opsets.get(key) ?? 0, toNumber(version)));
  }
  return opsets;
}

async function readNode(proto: onnx.NodeProto, external: ExternalReader | undefined): Promise<Node> {
  const attrs = new Map<string, Attribute>();
  for (const attribute of proto.attribute as onnx.AttributeProto[])
    attrs.set(attribute.name, await readAttribute(attribute, external));
  return {
    name: proto.name,
    op: overloaded(proto.opType, proto.overload),
    domain: domainName(proto.domain),
    inputs: [...proto.input],
    outputs: [...proto.output],
    attrs,
    origins: readOrigins(proto),
  };
}

function readType(proto: onnx.TypeProto | null | undefined): ValueType | null {
  const found = proto?.tensorType;
  const dtype = found ? dtypeFromCode(found.elemType ?? 0) : undefined;
  if (!found || !dtype) return null;
  const dims = found.shape?.dim?.map((dim) => {
    if (dim.dimValue === null || dim.dimValue === undefined) return dim.dimParam || null;
    const size = toNumber(dim.dimValue);
    // Some exporters write -1 for "any".
    return size < 0 ? null : size;
  });
  return { dtype, dims: dims ?? null };
}

function readValue(proto: onnx.ValueInfoProto): GraphValue {
  return { name: proto.name, type: readType(proto.type as onnx.TypeProto | null) };
}

export async function readGraph(
  proto: onnx.GraphProto,
  external: ExternalReader | undefined,
): Promise<Graph> {
  const initializers = new Map<string, Tensor>();
  for (const t of proto.initializer as onnx.TensorProto[]) {
    if (initializers.has(t.name))
      throw new ModelError(`two initializers are named "${t.name}"; export the model again`, {
        value: t.name,
      });
    initializers.set(t.name, await readTensor(t, external));
  }
  if (proto.sparseInitializer.length > 0)
    throw new ModelError("sparse initializers are not supported; export the model with dense weights");
  const values = (list: onnx.ValueInfoProto.$Properties[]): GraphValue[] =>
    list.map((value) => readValue(value as onnx.ValueInfoProto));
  const [inputs, outputs, inner] = [values(proto.input), values(proto.output), values(proto.valueInfo)];
  const types = new Map<string, ValueType>();
  for (const { name, type } of [...inner, ...inputs, ...outputs]) if (type) types.set(name, type);
  const nodes: Node[] = [];
  for (const node of proto.node as onnx.NodeProto[]) nodes.push(await readNode(node, external));
  return { name: proto.name || "graph", inputs, outputs, nodes, initializers, types };
}

export async function readFunction(
  proto: onnx.FunctionProto,
  external: ExternalReader | undefined,
): Promise<FunctionDef> {
  const nodes: Node[] = [];
  for (const node of proto.node as onnx.NodeProto[]) nodes.push(await readNode(node, external));
  const defaults = new Map<string, Attribute>();
  for (const attribute of proto.attributeProto as onnx.AttributeProto[])
    defaults.set(attribute.name, await readAttribute(attribute, external));
  return {
    domain: domainName(proto.domain),
    name: overloaded(proto.name, proto.overload),
    inputs: [...proto.input],
    outputs: [...proto.output],
    attributes: [...proto.attribute],
    ...(defaults.size > 0 && { defaults }),
    nodes,
    opsets: readOpsets(proto.opsetImport),
  };
}
