import { TOOL_VERSION } from "../../../../conformance/whole-way.ts";
import { functionsUsed } from "../../../../core-ts/fixed/index.ts";
import type { Model } from "../../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { node as coreNode, graph, model } from "../../../support/build-model.ts";
import { decodeModel, encodeModel, type Message } from "../../../support/onnx-messages.ts";
import { type AttributeText, attributeMessage, elementType, valueMessage } from "../onnx-text.ts";
import type { Form, Settings } from "./integers.ts";

/** A quantized network as its file will say it: nodes and constants in the order in which layers are written. */
export interface Written {
  readonly nodes: Message[];
  readonly initializers: Message[];
  /** Types of values between the nodes. */
  readonly types: Message[];
  /** Integer values: form by the name in the file. */
  readonly scales: Map<string, Form>;
}

const ARRAYS = {
  ...{ float32: Float32Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array },
  ...{ uint16: Uint16Array, int32: Int32Array },
} as const;

export type IntegerName = Exclude<keyof typeof ARRAYS, "float32">;

/** A constant; int64 numbers are given as numbers too. */
export function constant(
  name: string,
  dtype: keyof typeof ARRAYS | "int64",
  dims: readonly number[],
  values: readonly number[],
): Message {
  const data = dtype === "int64" ? BigInt64Array.from(values, BigInt) : ARRAYS[dtype].from(values);
  return { name, dims, data_type: elementType(dtype), raw_data: new Uint8Array(data.buffer) };
}

interface NodeParts {
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attrs?: Readonly<Record<string, AttributeText>>;
  /** "ai.knight" for an integer op. */
  readonly domain?: string;
  /** Nodes fused into it. */
  readonly origins?: readonly string[];
}

export function nodeOf(name: string, op: string, parts: NodeParts): Message {
  const { inputs, output, attrs = {}, domain = "", origins = [] } = parts;
  return {
    ...{ name, op_type: op, domain, input: inputs, output: [output] },
    attribute: Object.entries(attrs).map(([key, value]) => attributeMessage(key, value)),
    metadata_props: origins.length > 0 ? [{ key: "knight.origins", value: JSON.stringify(origins) }] : [],
  };
}

/** The bodies of the integer ops that the nodes call. From core-ts/fixed: group `functions` holds each of them against test/reference. */
function functionMessages(nodes: readonly Message[]): unknown {
  const called = nodes.flatMap(({ domain, op_type }, i) =>
    domain === "ai.knight" ? [{ ...coreNode(`${op_type as string} -> y${i}`), domain }] : [],
  );
  const carrier: Model = { ...model(graph({})), functions: functionsUsed(called) };
  return decodeModel(writeModel(carrier)).functions;
}

interface Edges {
  readonly input: readonly number[];
  readonly output: { readonly name: string; readonly dims: readonly number[] };
}

/** The metadata of spec/fixed-point-ir.md, section 3. */
function metadata({ scales }: Written, chip: string, settings: Settings, output: string): Message[] {
  const sorted = [...scales].sort(([a], [b]) => (a < b ? -1 : 1));
  const entries = sorted.map(([name, { scale, qmax }]) => [
    name,
    { scale, bits: settings.bits, threshold: scale * qmax },
  ]);
  return Object.entries({
    "knight.bit_width": String(settings.bits),
    "knight.chip": chip,
    "knight.ir": "fixed",
    "knight.outputs": JSON.stringify({ [output]: "integer" }),
    "knight.quant_mode": settings.mode,
    "knight.scales": JSON.stringify(Object.fromEntries(entries)),
    "knight.version": TOOL_VERSION,
  }).map(([key, value]) => ({ key, value }));
}

/** The bytes of the file, by protobufjs's reflection. */
export function encodeWritten(written: Written, chip: string, settings: Settings, edges: Edges): Uint8Array {
  const { nodes, initializers, types } = written;
  return encodeModel({
    ...{ ir_version: 10, producer_name: `Knight ${chip}`, producer_version: TOOL_VERSION },
    graph: {
      ...{ name: "g", node: nodes, initializer: initializers, value_info: types },
      input: [valueMessage("x", "float32", edges.input)],
      output: [valueMessage(edges.output.name, "float32", edges.output.dims)],
    },
    opset_import: [
      { domain: "", version: 21 },
      { domain: "ai.knight", version: 1 },
    ],
    metadata_props: metadata(written, chip, settings, edges.output.name),
    functions: functionMessages(nodes),
  });
}
