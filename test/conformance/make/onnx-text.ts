import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { encodeModel, type Message, modelMessage } from "../../support/onnx-messages.ts";

/** A number is an int, `{ float }` a float, a list a list of ints. */
export type AttributeText = number | { readonly float: number } | readonly number[] | string;

/** [outputs, op, inputs, attributes]; names are separated by blanks, "_" is an absent one, "domain:Op" an op of another domain. */
export type NodeText = readonly [string, string, string, Readonly<Record<string, AttributeText>>?];

export interface OnnxText {
  /** Dimensions of float32 inputs; a string is a symbol. */
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly constants?: Readonly<Record<string, Tensor>>;
  /** Each is named after its first output, with "node_" before. */
  readonly nodes: readonly NodeText[];
  readonly outputs: string;
}

/** Numbers of onnx.proto's TensorProto.DataType. */
const ELEMENT_TYPES: Readonly<Record<string, number>> = {
  ...{ float32: 1, uint8: 2, int8: 3, uint16: 4, int16: 5, int32: 6, int64: 7, bool: 9, float64: 11 },
};

export const elementType = (dtype: string): number => ELEMENT_TYPES[dtype]!;

/** Numbers of onnx.proto's AttributeProto.AttributeType. */
export function attributeMessage(name: string, value: AttributeText): Message {
  if (typeof value === "number") return { name, type: 2, i: value };
  if (typeof value === "string") return { name, type: 3, s: Buffer.from(value) };
  return "float" in value ? { name, type: 1, f: value.float } : { name, type: 7, ints: value };
}

export function tensorMessage(name: string, { dtype, dims, data }: Tensor): Message {
  if (dtype === "string") throw new Error("no case holds strings");
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dims, data_type: elementType(dtype), raw_data: raw };
}

export function valueMessage(name: string, dtype: string, dims: readonly (number | string)[]): Message {
  const dim = dims.map((d) => (typeof d === "number" ? { dim_value: d } : { dim_param: d }));
  return { name, type: { tensor_type: { elem_type: elementType(dtype), shape: { dim } } } };
}

const names = (text: string): string[] =>
  text
    .split(" ")
    .filter(Boolean)
    .map((name) => (name === "_" ? "" : name));

export function nodeMessage([outputs, called, inputs, attrs = {}]: NodeText): Message {
  const [op, domain = ""] = called.split(":").reverse();
  return {
    ...{
      name: `node_${names(outputs)[0]}`,
      op_type: op,
      domain,
      input: names(inputs),
      output: names(outputs),
    },
    attribute: Object.entries(attrs).map(([name, value]) => attributeMessage(name, value)),
  };
}

/** The graph of a model as fields of onnx.proto. */
export function graphMessage({ inputs, constants = {}, nodes, outputs }: OnnxText): Message {
  return {
    node: nodes.map(nodeMessage),
    initializer: Object.entries(constants).map(([name, t]) => tensorMessage(name, t)),
    input: Object.entries(inputs).map(([name, dims]) => valueMessage(name, "float32", dims)),
    output: names(outputs).map((name) => ({ name })),
  };
}

/** An ONNX file as base64, written by protobufjs's reflection: none of the code under test. */
export function onnxBase64(text: OnnxText, more: Message = {}): string {
  return base64(encodeModel(modelMessage(graphMessage(text), more)));
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
