import { ModelError } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import type { Dims, Endpoint, NodeTable, TfAttr, TfFunction, TfGraph, TfNode } from "./node.ts";
import { outputIndex } from "./output-names.ts";
import { type tensorflow, toNumber } from "./proto.ts";
import { readTensor } from "./read-tensor.ts";

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function readShape(shape: tensorflow.ITensorShapeProto): Dims | null {
  if (shape.unknownRank) return null;
  return (shape.dim ?? []).map(({ size }) => {
    const dim = toNumber(size);
    return dim < 0 ? null : dim;
  });
}

function readList(list: tensorflow.AttrValue.IListValue): TfAttr {
  return {
    kind: "list",
    ints: (list.i ?? []).map(toNumber),
    strings: (list.s ?? []).map(text),
    types: list.type ?? [],
    shapes: (list.shape ?? []).map(readShape),
    functions: (list.func ?? []).map(({ name }) => name ?? ""),
  };
}

function readAttr(proto: tensorflow.IAttrValue, place: string): TfAttr | undefined {
  if (proto.s) return { kind: "string", value: text(proto.s) };
  if (proto.i !== undefined && proto.i !== null) return { kind: "int", value: toNumber(proto.i) };
  if (proto.f !== undefined && proto.f !== null) return { kind: "float", value: proto.f };
  if (proto.b !== undefined && proto.b !== null) return { kind: "bool", value: proto.b };
  if (proto.type !== undefined && proto.type !== null) return { kind: "type", value: proto.type };
  if (proto.shape) return { kind: "shape", value: readShape(proto.shape) };
  if (proto.func) return { kind: "function", value: proto.func.name ?? "" };
  if (proto.list) return readList(proto.list);
  // Constants are read when they are used: most of a file may be behind the end nodes.
  const { tensor } = proto;
  return tensor
    ? { kind: "tensor", value: () => readTensor(tensor as tensorflow.TensorProto, place) }
    : undefined;
}

/** "node", "node:1" (graph) or "node:output:0" (body of a function); undefined for "^node", which only orders. */
function readInput(input: string, opOf: (node: string) => string | undefined): Endpoint | undefined {
  if (input.startsWith("^")) return undefined;
  const [node = "", ...rest] = input.split(":");
  if (rest.length < 2) return { node, index: Number(rest[0] ?? 0) };
  return { node, index: outputIndex(opOf(node), rest[0]!, Number(rest[1])) };
}

function readNodes(protos: readonly tensorflow.INodeDef[]): NodeTable {
  const ops = new Map(protos.map(({ name, op }) => [name ?? "", op ?? ""]));
  const nodes = new Map<string, TfNode>();
  for (const { name, op, input, attr } of protos) {
    if (!name || !op) throw new ModelError("a node has no name or no op; the file is damaged");
    if (nodes.has(name))
      throw new ModelError(`two nodes are called "${name}"; the file is damaged`, { node: name });
    const attrs = Object.entries(attr ?? {}).flatMap(([key, value]) => {
      const read = readAttr(value, name);
      return read ? [[key, read] as const] : [];
    });
    const inputs = (input ?? []).flatMap((one) => readInput(one, (node) => ops.get(node)) ?? []);
    nodes.set(name, { name, op, inputs, attrs: new Map(attrs) });
  }
  return nodes;
}

/** @throws ModelError for an input that no node makes. */
function checkInputs(nodes: NodeTable, parameters: readonly string[]): void {
  for (const { name, inputs } of nodes.values()) {
    const lost = inputs.find(({ node }) => !nodes.has(node) && !parameters.includes(node));
    if (!lost) continue;
    const near = nearest(lost.node, [...nodes.keys()]);
    throw new ModelError(
      `node "${name}" reads "${lost.node}", which is not in the file${near ? ` (there is "${near}")` : ""}; the file is cut off or was edited`,
      { node: name },
    );
  }
}

function readFunction(proto: tensorflow.IFunctionDef): TfFunction {
  const { signature } = proto;
  const nodes = readNodes(proto.nodeDef ?? []);
  const parameters = (signature?.inputArg ?? []).map(({ name }) => name ?? "");
  checkInputs(nodes, parameters);
  const results = (signature?.outputArg ?? []).map(({ name }) => {
    const from = proto.ret?.[name ?? ""] ?? "";
    return readInput(from, (node) => nodes.get(node)?.op) ?? { node: "", index: 0 };
  });
  return { name: signature?.name ?? "", parameters, nodes, results };
}

/** GraphDef → plain data. @throws ModelError for a graph whose parts do not fit together. */
export function readGraph(proto: tensorflow.IGraphDef, file: string): TfGraph {
  const nodes = readNodes(proto.node ?? []);
  if (nodes.size === 0) {
    throw new ModelError(
      `${file} holds no graph: expected a frozen GraphDef (.pb) or the folder of a SavedModel; check that it is the file of the model`,
      { file },
    );
  }
  checkInputs(nodes, []);
  const functions = (proto.library?.function ?? []).map(readFunction);
  return { nodes, functions: new Map(functions.map((one) => [one.name, one])) };
}
