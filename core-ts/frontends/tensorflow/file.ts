/** What -m names: a frozen graph, or a SavedModel, as its folder or its saved_model.pb. */
import { ConfigError, ModelError, UnsupportedError } from "../../errors.ts";
import type { Tensor } from "../../tensor/tensor.ts";
import type { ConversionRequest } from "../converter.ts";
import type { TfGraph } from "./node.ts";
import { decoded, tensorflow } from "./proto.ts";
import { readGraph } from "./read-graph.ts";
import { variableKeys } from "./variable-keys.ts";
import { readVariables } from "./variables.ts";

const SAVED_MODEL = "saved_model.pb";
/** First byte of a SavedModel: its version number; a GraphDef begins with a node, 0x0a. */
const VERSION_FIELD = 0x08;

export interface SourceModel {
  readonly graph: TfGraph;
  readonly variables: ReadonlyMap<string, () => Tensor>;
  /** What a SavedModel says of its inputs and outputs. */
  readonly signature?: { readonly inputs: readonly string[]; readonly outputs: readonly string[] };
}

const REMEDY = "export it as a SavedModel, or freeze it to a GraphDef (.pb)";

/** Files that are often taken for a graph. */
function otherKind(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, 64));
  if (head.startsWith("\x89HDF")) return `a Keras file (HDF5), which has to be built in Python: ${REMEDY}`;
  if (head.startsWith("PK")) return `a zip archive, as Keras writes .keras files: ${REMEDY}`;
  if (head.slice(4, 8) === "TFL3") return `a TensorFlow Lite file: ${REMEDY}`;
  if (/^\s*(node|versions|library)\s*\{/.test(head))
    return "a graph as text (.pbtxt): save it in binary form";
  if (/^[\s{[#<]/.test(head) && !head.startsWith("\n")) return `text, no graph: ${REMEDY}`;
  return undefined;
}

/** The signature that serves, else the only one; the init and train signatures are none of use. */
function signatureOf(meta: tensorflow.IMetaGraphDef): SourceModel["signature"] {
  const all = meta.signatureDef ?? {};
  const names = Object.keys(all).filter((name) => !name.startsWith("__"));
  const chosen = all.serving_default ?? (names.length === 1 ? all[names[0]!] : undefined);
  if (!chosen) return undefined;
  const edges = (map: { [key: string]: tensorflow.ITensorInfo } | null | undefined) =>
    Object.entries(map ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, { name }]) => (name ? [name] : []));
  return { inputs: edges(chosen.inputs), outputs: edges(chosen.outputs) };
}

async function savedModel(bytes: Uint8Array, name: string, request: ConversionRequest): Promise<SourceModel> {
  const model = decoded((b) => tensorflow.SavedModel.decode(b), bytes, name, "SavedModel");
  const [meta] = model.metaGraphs;
  if (!meta?.graphDef) throw new ModelError(`${name} holds no graph; export the model again`, { file: name });
  const signature = signatureOf(meta);
  const graph = readGraph(meta.graphDef, name);
  const variables = await readVariables(request.beside);
  for (const [node, key] of variableKeys(graph)) {
    const value = variables.get(key);
    if (value) variables.set(node, value);
  }
  return { graph, variables, ...(signature ? { signature } : {}) };
}

/** @throws ModelError, UnsupportedError for files that are no graph, ConfigError for a folder that is no SavedModel. */
export async function readModel(request: ConversionRequest): Promise<SourceModel> {
  const { name, bytes } = request.model;
  if (bytes.length === 0) {
    const inner = await request.beside(SAVED_MODEL);
    if (inner) return savedModel(inner, `${name}/${SAVED_MODEL}`, request);
    throw new ConfigError(
      `${name} is empty, or a folder without ${SAVED_MODEL}; -m takes a frozen graph (.pb) or the folder of a SavedModel`,
      { option: "-m/--model" },
    );
  }
  const kind = otherKind(bytes);
  if (kind) throw new UnsupportedError(`${name} is ${kind}`, { file: name });
  if (bytes[0] === VERSION_FIELD) return savedModel(bytes, name, request);
  const proto = decoded((b) => tensorflow.GraphDef.decode(b), bytes, name, "frozen graph (GraphDef)");
  return { graph: readGraph(proto, name), variables: new Map() };
}
