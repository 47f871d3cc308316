import { ModelError, reasonOf } from "../errors.ts";
import type { Model } from "../graph/graph.ts";
import type { ExternalReader } from "./external.ts";
import { describeFileKind } from "./file-kind.ts";
import { onnx, toNumber } from "./proto.ts";
import { readFunction, readGraph, readOpsets } from "./read-graph.ts";

export type { ExternalReader } from "./external.ts";

export interface ReadOptions {
  /** Where external data come from; without it a model that needs some is refused. */
  readonly external?: ExternalReader | undefined;
}

/** protobufjs's words for more than 100 messages inside each other: some 30 levels of subgraphs. */
const TOO_DEEP = "max depth exceeded";

function notOnnx(bytes: Uint8Array, reason: string, cause?: unknown): ModelError {
  const kind = describeFileKind(bytes);
  if (kind) return new ModelError(`this is not an ONNX model: ${kind}`, { cause });
  return new ModelError(
    `this is not an ONNX model, or its file is cut off or damaged (${reason}); export or download it again`,
    { cause },
  );
}

function decode(bytes: Uint8Array): onnx.ModelProto {
  if (bytes.length === 0) throw new ModelError("the model file is empty; expected an ONNX model");
  try {
    // A plain view: a Node Buffer would take another reader, whose slices share memory.
    const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return onnx.ModelProto.decode(plain) as onnx.ModelProto;
  } catch (cause) {
    const reason = reasonOf(cause);
    if (reason === TOO_DEEP) {
      throw new ModelError(
        "the model nests its subgraphs more than 30 levels deep; export it with fewer If and Loop nodes inside each other",
        { cause },
      );
    }
    throw notOnnx(bytes, reason, cause);
  }
}

/** ONNX file → Model; no protobuf object escapes. @throws ModelError that says what is wrong with the file. */
export async function readModel(bytes: Uint8Array, options: ReadOptions = {}): Promise<Model> {
  const proto = decode(bytes);
  if (!proto.graph) throw notOnnx(bytes, "it holds no graph");
  return {
    graph: await readGraph(proto.graph as onnx.GraphProto, options.external),
    opsets: readOpsets(proto.opsetImport),
    irVersion: toNumber(proto.irVersion),
    producerName: proto.producerName,
    producerVersion: proto.producerVersion,
    functions: await Promise.all(
      proto.functions.map((f) => readFunction(f as onnx.FunctionProto, options.external)),
    ),
    metadata: new Map(proto.metadataProps.map(({ key, value }) => [key ?? "", value ?? ""])),
  };
}
