import { InternalError, UnsupportedError } from "../../../core-ts/errors.ts";
import type { DType } from "../../../core-ts/tensor/dtype.ts";
import { elementCount, type Tensor } from "../../../core-ts/tensor/tensor.ts";

/**
 * A message to or from Python: the header's length (uint32, little-endian), the header in JSON, and the elements of each of its "arrays" ([[dtype, shape], ...]),
 * little-endian, row-major, one array behind the other; python/onnx_quantize_tool/connection.py is the other end.
 */
export interface Frame {
  readonly header: Header;
  readonly tensors: readonly Tensor[];
}

export type Header = Readonly<Record<string, unknown>> & { readonly kind: string };

/** Types that numpy has as well. */
const MAKE: Partial<Record<DType, (buffer: ArrayBuffer) => Tensor["data"]>> = {
  float32: (buffer) => new Float32Array(buffer),
  float64: (buffer) => new Float64Array(buffer),
  float16: (buffer) => new Uint16Array(buffer),
  int8: (buffer) => new Int8Array(buffer),
  uint8: (buffer) => new Uint8Array(buffer),
  int16: (buffer) => new Int16Array(buffer),
  uint16: (buffer) => new Uint16Array(buffer),
  int32: (buffer) => new Int32Array(buffer),
  uint32: (buffer) => new Uint32Array(buffer),
  int64: (buffer) => new BigInt64Array(buffer),
  uint64: (buffer) => new BigUint64Array(buffer),
  bool: (buffer) => new Uint8Array(buffer),
};
const BYTES: Partial<Record<DType, number>> = {
  ...{ float32: 4, float64: 8, float16: 2, int8: 1, uint8: 1, int16: 2 },
  ...{ uint16: 2, int32: 4, uint32: 4, int64: 8, uint64: 8, bool: 1 },
};

/** Longer headers are none: what came is no message. */
const LONGEST_HEADER = 2 ** 28;
const LENGTH_BYTES = 4;

/** A message as parts to be sent one behind the other. @throws UnsupportedError for types that numpy lacks. */
export function encodeFrame(header: Header, tensors: readonly Tensor[] = []): Uint8Array[] {
  const arrays = tensors.map(({ dtype, dims }) => [dtype, dims]);
  const text = new TextEncoder().encode(JSON.stringify({ ...header, arrays }));
  const start = new Uint8Array(LENGTH_BYTES + text.length);
  new DataView(start.buffer).setUint32(0, text.length, true);
  start.set(text, LENGTH_BYTES);
  const parts = tensors.map(({ dtype, data }) => {
    if (BYTES[dtype] === undefined || Array.isArray(data))
      throw new UnsupportedError(`the model answers in ${dtype}, which numpy does not have`);
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  });
  return [start, ...parts];
}

interface Awaited {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly bytes: Uint8Array;
}

function awaited([dtype, dims]: readonly [DType, readonly number[]]): Awaited {
  return { dtype, dims, bytes: new Uint8Array(elementCount(dims) * (BYTES[dtype] ?? 0)) };
}

/** Puts messages together from chunks of any size; arrays are filled in place. */
export class FrameReader {
  #target = new Uint8Array(LENGTH_BYTES);
  #filled = 0;
  #header: Header | undefined;
  #arrays: Awaited[] = [];
  #complete = 0;
  #full: () => void = () => this.#lengthRead();

  constructor(private readonly onFrame: (frame: Frame) => void) {}

  push(chunk: Uint8Array): void {
    for (let at = 0; ; ) {
      const part = chunk.subarray(at, at + this.#target.length - this.#filled);
      this.#target.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#target.length) return;
      this.#full();
    }
  }

  #await(target: Uint8Array<ArrayBuffer>, full: () => void): void {
    this.#target = target;
    this.#filled = 0;
    this.#full = full;
  }

  #lengthRead(): void {
    const length = new DataView(this.#target.buffer).getUint32(0, true);
    if (length > LONGEST_HEADER) throw new InternalError("what came from Python is no message");
    this.#await(new Uint8Array(length), () => this.#headerRead());
  }

  #headerRead(): void {
    const header = JSON.parse(new TextDecoder().decode(this.#target)) as Header;
    this.#header = header;
    this.#arrays = (header.arrays as (readonly [DType, readonly number[]])[]).map(awaited);
    this.#complete = -1;
    this.#nextArray();
  }

  #nextArray(): void {
    this.#complete++;
    const next = this.#arrays[this.#complete];
    if (next) this.#await(next.bytes as Uint8Array<ArrayBuffer>, () => this.#nextArray());
    else this.#finish();
  }

  #finish(): void {
    const tensors = this.#arrays.map(
      ({ dtype, dims, bytes }) =>
        ({ dtype, dims, data: MAKE[dtype]!(bytes.buffer as ArrayBuffer) }) as Tensor,
    );
    this.#await(new Uint8Array(LENGTH_BYTES), () => this.#lengthRead());
    this.onFrame({ header: this.#header!, tensors });
  }
}
