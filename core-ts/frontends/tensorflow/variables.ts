import { ModelError } from "../../errors.ts";
import { byteLength, fromBytes } from "../../onnx/tensor-data.ts";
import { elementCount, type Tensor } from "../../tensor/tensor.ts";
import { dtypeOf } from "./dtypes.ts";
import { decoded, tensorflow, toNumber } from "./proto.ts";
import { readIndex } from "./variables-index.ts";

const INDEX = "variables/variables.index";
/** Key of the table that tells under which key each variable of an object lies. */
const OBJECTS = "_CHECKPOINTABLE_OBJECT_GRAPH";
/** The key of the header. */
const HEADER = "";

type Beside = (path: string) => Promise<Uint8Array | undefined>;
type BundleEntry = tensorflow.BundleEntryProto;

const five = (number: number): string => `${number}`.padStart(5, "0");
const shardPath = (shard: number, shards: number): string =>
  `variables/variables.data-${five(shard)}-of-${five(shards)}`;

async function readShards(shards: number, beside: Beside): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for (let i = 0; i < shards; i++) {
    const path = shardPath(i, shards);
    const bytes = await beside(path);
    if (!bytes)
      throw new ModelError(
        `${path}, which holds values of variables, is missing; put it beside saved_model.pb`,
        { file: path },
      );
    all.push(bytes);
  }
  return all;
}

function part(entry: BundleEntry, shards: readonly Uint8Array[], key: string): Uint8Array {
  const [offset, size] = [toNumber(entry.offset), toNumber(entry.size)];
  const bytes = shards[entry.shardId]?.subarray(offset, offset + size);
  if (bytes?.length === size) return bytes;
  throw new ModelError(
    `variable "${key}" needs ${size} bytes from ${offset} on, found ${bytes?.length ?? 0}; ${shardPath(entry.shardId, shards.length)} is cut off or another model's`,
    { file: shardPath(entry.shardId, shards.length) },
  );
}

function tensorOf(entry: BundleEntry, shards: readonly Uint8Array[], key: string): Tensor {
  const dims = (entry.shape?.dim ?? []).map(({ size }) => toNumber(size));
  const dtype = dtypeOf(entry.dtype);
  const bytes = part(entry, shards, key);
  if (!dtype || dtype === "string" || bytes.length !== byteLength(dtype, elementCount(dims))) {
    throw new ModelError(
      `variable "${key}" has element type ${entry.dtype} and ${bytes.length} bytes for shape [${dims.join(", ")}]; only float32, float64 and integers are read: freeze the model`,
      { value: key },
    );
  }
  return fromBytes(dtype, dims, bytes);
}

/** Names of variables → keys, from the object graph: a string tensor, of which the lengths and a checksum come first. */
function namedKeys(bytes: Uint8Array, file: string): Map<string, string> {
  let [at, length, scale] = [0, 0, 1];
  for (let byte = 0x80; byte >= 0x80; scale *= 128) {
    byte = bytes[at++] ?? 0;
    length += (byte & 0x7f) * scale;
  }
  const content = bytes.subarray(bytes.length - length);
  const graph = decoded((b) => tensorflow.TrackableObjectGraph.decode(b), content, file, "object graph");
  const attributes = graph.nodes.flatMap((node) => node.attributes ?? []);
  return new Map(attributes.map(({ fullName, checkpointKey }) => [fullName ?? "", checkpointKey ?? ""]));
}

/** The variables of a SavedModel by name, read when asked for; none where the folder has no index. @throws ModelError */
export async function readVariables(beside: Beside): Promise<Map<string, () => Tensor>> {
  const index = await beside(INDEX);
  if (!index) return new Map();
  const table = readIndex(index, INDEX);
  const read = (bytes: Uint8Array) =>
    decoded((b) => tensorflow.BundleEntryProto.decode(b), bytes, INDEX, "index of variables");
  const header = decoded(
    (b) => tensorflow.BundleHeaderProto.decode(b),
    table.get(HEADER) ?? new Uint8Array(),
    INDEX,
    "index of variables",
  );
  const shards = await readShards(header.numShards, beside);
  const variables = new Map<string, () => Tensor>();
  for (const [key, bytes] of table) {
    if (key !== HEADER && key !== OBJECTS) variables.set(key, () => tensorOf(read(bytes), shards, key));
  }
  const objects = table.get(OBJECTS);
  const keys = objects ? namedKeys(part(read(objects), shards, OBJECTS), INDEX) : new Map<string, string>();
  for (const [name, key] of keys) {
    const found = variables.get(key);
    if (found && name !== "") variables.set(name, found);
  }
  return variables;
}
