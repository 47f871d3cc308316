import { ModelError } from "../errors.ts";
import type { Model } from "../graph/graph.ts";
import type { ExternalReader } from "./external.ts";
import { onnx, toNumber } from "./proto.ts";
import { readFunction, readGraph } from "./read-graph.ts";

export type { ExternalReader } from "./external.ts";

export interface ReadOptions {
  /** Where external data come from; without it a model that needs some is refused. */
  readonly external?: ExternalReader | undefined;
}

const NOT_ONNX = "this is not an ONNX model, or its file is cut off or damaged";

function decode(bytes: Uint8Array): onnx.ModelProto {
  if (bytes.length === 0) throw new ModelError("the model file is empty; expected an ONNX model");
  try {
    // A plain view: a Node Buffer would take another reader, whose slices share memory.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return onnx.ModelProto.decode(plain) as onnx.ModelProto;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ModelError(`${NOT_ONNX} (${reason}); export or download it again`, { cause });
  }
}

/** "ai.onnx" is another spelling of the standard domain; of several versions of one domain the highest was meant. */
function readOpsets(proto: onnx.ModelProto): Map<string, number> {
  const opsets = new Map<string, number>();
  for (const { domain, version } of proto.opsetImport) {
    const key = domain === "ai.onnx" || !domain ? "" : domain;
    opsets.set(key, Math.max(opsets.get(key) ?? 0, toNumber(version)));
  }
  return opsets;
}

/** ONNX file → Model; no protobuf object escapes. @throws ModelError that says what is wrong with the file. */
export async function readModel(bytes: Uint8Array, options: ReadOptions = {}): Promise<Model> {
  const proto = decode(bytes);
  if (!proto.graph) throw new ModelError(`${NOT_ONNX} (it holds no graph); export or download it again`);
  try {
    return {
      graph: await readGraph(proto.graph as onnx.GraphProto, options.external),
      opsets: readOpsets(proto),
      irVersion: toNumber(proto.irVersion),
      producerName: proto.producerName,
      producerVersion: proto.producerVersion,
      functions: await Promise.all(
        proto.functions.map((f) => readFunction(f as onnx.FunctionProto, options.external)),
      ),
      metadata: new Map(proto.metadataProps.map(({ key, value }) => [key ?? "", value ?? ""])),
    };
  } catch (error) {
    if (error instanceof RangeError) throw new ModelError(`${NOT_ONNX} (${error.message})`, { cause: error });
    throw error;
  }
}
