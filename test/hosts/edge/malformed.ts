import { zipSync } from "fflate";
import { onnx } from "../../../core-ts/onnx/proto.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { writeNpy } from "../../../hosts/shared/npy/write.ts";
import { graph, model, value } from "../../support/build-model.ts";
import { random } from "../../support/numbers.ts";
import { formOf } from "./fake-jobs.ts";

/** A sound model and sound data, to be spoilt. */
export interface Sound {
  readonly model: Uint8Array;
  readonly data: Uint8Array;
}

/** A request that is wrong in some way, and the way. */
export interface Malformed {
  readonly what: string;
  readonly init: RequestInit;
}

type Next = () => number;
type Fields = Parameters<typeof formOf>[0];
/** Makes a request out of sound parts. */
type Spoiler = (sound: Sound, next: Next) => Promise<RequestInit> | RequestInit;

const upTo = (next: Next, most: number) => Math.floor(next() * most);
const named = (name: string, bytes: Uint8Array) => [[name, bytes]] as const;
const onnxFile = (bytes: Uint8Array) => named("m.onnx", bytes);
const form = (fields: Fields): RequestInit => ({ method: "POST", body: formOf(fields) });
const options = (given: unknown) => JSON.stringify(given);

/** Cuts, flips bits of, or repeats a part of some bytes. */
function damaged(bytes: Uint8Array, next: Next): Uint8Array {
  const kind = upTo(next, 3);
  if (kind === 0) return bytes.slice(0, upTo(next, bytes.length));
  const copy = bytes.slice();
  for (let i = 0; i <= upTo(next, 20); i++) copy[upTo(next, copy.length)]! ^= 1 << upTo(next, 8);
  if (kind === 1) return copy;
  const at = upTo(next, copy.length);
  return Uint8Array.from([...copy.subarray(0, at), ...copy.subarray(at >> 1)]);
}

/** The body of a sound request, damaged on its way. */
async function damagedBody(sound: Sound, next: Next): Promise<RequestInit> {
  const request = new Request("http://x/", form({ model: onnxFile(sound.model), options: "{}" }));
  const body = damaged(new Uint8Array(await request.arrayBuffer()), next);
  return {
    method: "POST",
    body: body as Uint8Array<ArrayBuffer>,
    headers: { "Content-Type": request.headers.get("content-type")! },
  };
}

function randomBody(_: Sound, next: Next): RequestInit {
  const body = Uint8Array.from({ length: upTo(next, 3000) }, () => upTo(next, 256));
  const type = ["multipart/form-data; boundary=x", "multipart/form-data", "text/plain", ""][upTo(next, 4)]!;
  return { method: "POST", body, headers: { "Content-Type": type } };
}

/** One element said to be as many as the dims want; all of these dims are more than any limit. */
const HUGE = [
  [2 ** 20, 2 ** 20],
  [1, 2 ** 31],
  [2 ** 15, 2 ** 15, 2 ** 15, 2 ** 15],
];

function hugeInput(_: Sound, next: Next): RequestInit {
  const dims = HUGE[upTo(next, HUGE.length)]!;
  const content = graph({
    inputs: [value("x", dims)],
    outputs: [value("y", dims)],
    nodes: ["Relu x -> y"],
  });
  return form({ model: onnxFile(writeModel(model(content))) });
}

function hugeConstant(sound: Sound, next: Next): RequestInit {
  const proto = onnx.ModelProto.decode(sound.model);
  const { initializer } = proto.graph!;
  initializer![upTo(next, initializer!.length)]!.dims = HUGE[upTo(next, HUGE.length)]!;
  return form({ model: onnxFile(onnx.ModelProto.encode(proto).finish()) });
}

/** Small in the file, huge when it runs. */
function hugeInside(_: Sound, next: Next): RequestInit {
  const dims = [[2 ** 40], [2 ** 17, 2 ** 14], [2 ** 32, 2 ** 32]][upTo(next, 3)]!;
  const shape = tensor("int64", [dims.length], BigInt64Array.from(dims, BigInt));
  const content = graph({
    inputs: [value("x", [1])],
    outputs: [value("y", [1])],
    nodes: ["ConstantOfShape s -> big", "Add big x -> z", "ReduceSum z -> y"],
    constants: { s: shape },
  });
  return form({ model: onnxFile(writeModel(model(content))) });
}

function hugeBatch(sound: Sound, next: Next): RequestInit {
  const key = ["batch-size", "ir-batch", "batch_size"][upTo(next, 3)]!;
  return form({ model: onnxFile(sound.model), options: options({ [key]: 10 ** (7 + upTo(next, 9)) }) });
}

let zeros: Uint8Array | undefined;

/** 36 MB of zeros, packed once. */
function packedZeros(): Uint8Array {
  const entry = new Uint8Array(12 * 1024 * 1024);
  zeros ??= zipSync({ "a.npy": entry, "b.npy": entry, "c.npy": entry });
  return zeros.slice();
}

/** An archive of zeros, its directory true or a lie. */
function bomb(sound: Sound, next: Next): RequestInit {
  const archive = packedZeros();
  if (next() < 0.5) {
    // The sizes in the central directory (APPNOTE 4.3.12: signature, then the unpacked size 24 bytes on).
    const view = new DataView(archive.buffer);
    for (let at = 0; at + 46 <= archive.length; at++)
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 1000, true);
  }
  return form({ model: onnxFile(sound.model), data: named("bomb.npz", archive) });
}

function damagedData(sound: Sound, next: Next): RequestInit {
  const [name, bytes] =
    next() < 0.5
      ? ["d.npy", sound.data.subarray(0, 4000)]
      : ["d.npz", zipSync({ "image.npy": sound.data.subarray(0, 4000) })];
  return form({ model: onnxFile(sound.model), data: named(name, damaged(bytes, next)) });
}

/** A header that wants more than there is. */
function hugeArray(sound: Sound): RequestInit {
  const npy = writeNpy(tensor("float32", [1], Float32Array.of(1)));
  const text = new TextDecoder("latin1").decode(npy).replace("(1,), }   ", "(99999999999,)}");
  return form({
    model: onnxFile(sound.model),
    data: named(
      "d.npy",
      Uint8Array.from(text, (c) => c.charCodeAt(0)),
    ),
  });
}

const WRONG_OPTIONS: readonly string[] = [
  options({ "load-scale-json": "../../../etc/passwd" }),
  options({ "mix-config": "/etc/passwd" }),
  options({ "cache-distribution": "/tmp/knight-edge-cache" }),
  options({ "save-dir": "/tmp/knight-edge" }),
  options({ "user-defined-script": "data:text/javascript,0" }),
  options({ model: "other.onnx" }),
  options({ "run-config": "x.json" }),
  options({ chip: "🦆" }),
  options({ "bit-width": 12 }),
  options({ iteration: [] }),
  options({ iteration: -1 }),
  options({ "output-name": ["nowhere"] }),
  options({ mean: [1, 2, 3], std: [0] }),
  '{"__proto__": {"chip": 1}, "constructor": 2}',
  `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
  "null",
  "\u0000",
];

function wrongOptions(sound: Sound, next: Next): RequestInit {
  const text = WRONG_OPTIONS[upTo(next, WRONG_OPTIONS.length)]!;
  return form({ model: onnxFile(sound.model), options: text });
}

const SPOILERS: Readonly<Record<string, Spoiler>> = {
  damagedBody,
  randomBody,
  truncatedModel: (sound, next) => form({ model: onnxFile(sound.model.slice(0, upTo(next, 18_000))) }),
  damagedModel: (sound, next) => form({ model: onnxFile(damaged(sound.model, next)) }),
  hugeInput,
  hugeConstant,
  hugeInside,
  hugeBatch,
  bomb,
  damagedData,
  hugeArray,
  wrongOptions,
};

/** So many requests, kinds in turn, the same ones for the same seed. */
export async function* malformedRequests(
  count: number,
  seed: number,
  sound: Sound,
): AsyncGenerator<Malformed> {
  const next = random(seed);
  const kinds = Object.entries(SPOILERS);
  for (let i = 0; i < count; i++) {
    const [what, spoil] = kinds[i % kinds.length]!;
    yield { what, init: await spoil(sound, next) };
  }
}
