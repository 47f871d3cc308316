import { ModelError, reasonOf } from "../../errors.ts";
import { nearest } from "../../nearest.ts";
import { elementCount, type TensorOf, tensor } from "../../tensor/tensor.ts";
import type { SourceFile } from "../converter.ts";
import { caffe } from "./generated/caffe.js";

/** Learned numbers of a layer; the shape is the file's. */
export type WeightBlob = TensorOf<"float32">;
export interface WeightsFile {
  readonly file: string;
  /** By layer name; layers without blobs are left out. */
  readonly layers: ReadonlyMap<string, readonly WeightBlob[]>;
}

type Chunks = readonly Uint8Array[] | null | undefined;

/** The bytes of a packed field, which may come in pieces, in an array of its own so that it is aligned. */
function joined(chunks: Chunks): ArrayBuffer {
  const whole = new Uint8Array((chunks ?? []).reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks ?? []) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole.buffer;
}

function numbersOf(blob: caffe.BlobProto.$Properties, width: 4 | 8): Float32Array | undefined {
  const bytes = joined(width === 4 ? blob.data : blob.doubleData);
  if (bytes.byteLength % width !== 0) return undefined;
  return width === 4 ? new Float32Array(bytes) : Float32Array.from(new Float64Array(bytes));
}

/** Old blobs have four dims by name, new ones a shape; a single number has neither. */
function dimsOf({ shape, num, channels, height, width }: caffe.BlobProto.$Properties): number[] {
  if (shape) return (shape.dim ?? []).map(Number);
  const four = [num, channels, height, width].map((dim) => dim ?? 0);
  return four.every((dim) => dim === 0) ? [] : four;
}

function readBlob(blob: caffe.BlobProto.$Properties, file: string, place: string): WeightBlob {
  const dims = dimsOf(blob);
  const data = numbersOf(blob, (blob.doubleData?.length ?? 0) > 0 ? 8 : 4);
  const count = elementCount(dims);
  if (data?.length === count) return tensor("float32", dims, data);
  throw new ModelError(
    `${file}: blob ${place} says its shape is ${dims.join("x") || "()"}, which is ${count} numbers, and holds ${data ? data.length : "a broken list"}; the file is damaged`,
    { file },
  );
}

function decode({ bytes, name: file }: SourceFile): caffe.NetParameter.$Properties {
  try {
    // A plain view: a Node Buffer would take another reader, whose slices share memory.
    return caffe.NetParameter.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch (cause) {
    throw new ModelError(
      `${file} is no caffemodel, or it is cut off or damaged (${reasonOf(cause)}, its size is ${bytes.length} bytes); give the .caffemodel of the net with -w, or download it again`,
      { file, cause },
    );
  }
}

/** @throws ModelError for a file that is damaged or something else. */
export function readWeights(source: SourceFile): WeightsFile {
  const { name: file } = source;
  const net = decode(source);
  const all = [...(net.layer ?? []), ...(net.layers ?? [])];
  if (all.length === 0) {
    throw new ModelError(`${file} holds no layers; -w takes the .caffemodel of the net`, { file });
  }
  const layers = new Map<string, readonly WeightBlob[]>();
  for (const { name, blobs } of all) {
    if (!blobs?.length) continue;
    const place = (i: number) => `${i} of layer "${name}"`;
    layers.set(
      name ?? "",
      blobs.map((blob, i) => readBlob(blob, file, place(i))),
    );
  }
  return { file, layers };
}

/** What the file has for a layer that is not in it. */
export function nearWeights({ layers }: WeightsFile, name: string): string {
  const near = nearest(name, [...layers.keys()]);
  return `it has weights for ${layers.size} layers${near === undefined ? "" : `, the nearest name is "${near}"`}`;
}
