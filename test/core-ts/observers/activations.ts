import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { InferenceSession, Tensor } from "onnxruntime-node";

const SHARED = new URL("../../../../shared/", import.meta.url);

/** A model of /work/shared, the images to feed it, and which of its values to look at. */
export interface Subject {
  readonly model: string;
  readonly images: string;
  /** Shape of one image, [channels, height, width]. */
  readonly dims: readonly [number, number, number];
  readonly values: RegExp;
  normalize(pixel: number, channel: number): number;
}

const path = (name: string) => fileURLToPath(new URL(name, SHARED));

/** Files that are missing on this machine. */
export function missing({ model, images }: Subject): string[] {
  return [model, images].filter((name) => !existsSync(path(name)));
}

function varint(n: number): number[] {
  return n < 128 ? [n] : [(n & 127) | 128, ...varint(n >>> 7)];
}

function field(number: number, body: readonly number[]): number[] {
  return [...varint(number * 8 + 2), ...varint(body.length), ...body];
}

/**
 * The model with more outputs. Protobuf messages are merged by concatenation: a second ModelProto that holds nothing but
 * graph (field 7) . output (12) . name (1) adds its outputs to those of the first.
 */
function withOutputs(model: Uint8Array, names: readonly string[]): Uint8Array {
  const outputs = names.flatMap((name) => field(12, field(1, [...Buffer.from(name)])));
  return Buffer.concat([model, Uint8Array.from(field(7, outputs))]);
}

/** Images of an uint8 .npy file (version 1 header), normalised. */
function imagesOf(subject: Subject, count: number): Float32Array {
  const file = readFileSync(path(subject.images));
  const pixels = file.subarray(10 + file.readUInt16LE(8));
  const [channels, height, width] = subject.dims;
  const plane = height * width;
  const normalized = (_: unknown, i: number) =>
    subject.normalize(pixels[i]!, Math.floor(i / plane) % channels);
  return Float32Array.from({ length: count * channels * plane }, normalized);
}

/** The values `subject.values` of one run per image, by name. */
export async function activationsOf(subject: Subject, count: number): Promise<Map<string, Float32Array[]>> {
  const model = readFileSync(path(subject.model));
  const names = [...new Set(model.toString("latin1").match(subject.values))];
  const session = await InferenceSession.create(withOutputs(model, names));
  const images = imagesOf(subject, count);
  const size = images.length / count;
  const activations = new Map<string, Float32Array[]>(names.map((name) => [name, []]));
  for (let i = 0; i < count; i++) {
    const image = new Tensor("float32", images.slice(i * size, (i + 1) * size), [1, ...subject.dims]);
    const outputs = await session.run({ [session.inputNames[0]!]: image });
    for (const name of names)
      activations.get(name)!.push(Float32Array.from(outputs[name]!.data as Float32Array));
  }
  await session.release();
  return activations;
}
