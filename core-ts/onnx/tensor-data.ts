import { ModelError } from "../errors.ts";
import { DTYPE_BITS, type DType } from "../tensor/dtype.ts";
import type { DTypeStorage, Tensor } from "../tensor/tensor.ts";

type NumericArray = Exclude<DTypeStorage[DType], string[]>;
type ArrayClass = {
  new (buffer: ArrayBuffer): NumericArray;
  new (length: number): NumericArray;
  readonly BYTES_PER_ELEMENT: number;
};

const ARRAYS: Readonly<Record<Exclude<DType, "string">, ArrayClass>> = {
  float32: Float32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
  float16: Uint16Array,
  float64: Float64Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  complex64: Float32Array,
  complex128: Float64Array,
  bfloat16: Uint16Array,
  float8e4m3fn: Uint8Array,
  float8e4m3fnuz: Uint8Array,
  float8e5m2: Uint8Array,
  float8e5m2fnuz: Uint8Array,
  uint4: Uint8Array,
  int4: Uint8Array,
  float4e2m1: Uint8Array,
  float8e8m0: Uint8Array,
  uint2: Uint8Array,
  int2: Uint8Array,
};

/** Bytes of `count` elements; 4-bit elements are packed two a byte, 2-bit ones four. */
export function byteLength(dtype: DType, count: number): number {
  return Math.ceil((count * DTYPE_BITS[dtype]) / 8);
}

/** Elements of the array that holds `count` elements: complex types take two, 4-bit types half an element. */
function storageLength(dtype: Exclude<DType, "string">, count: number): number {
  return byteLength(dtype, count) / ARRAYS[dtype].BYTES_PER_ELEMENT;
}

/** Little-endian bytes → tensor. Copies, so that the file's buffer can go, and alignment does not matter. */
export function fromBytes(
  dtype: Exclude<DType, "string">,
  dims: readonly number[],
  bytes: Uint8Array,
): Tensor {
  return { dtype, dims, data: new ARRAYS[dtype](new Uint8Array(bytes).buffer) } as Tensor;
}

/** Values of one of TensorProto's typed fields → tensor; 16-bit floats come as their bits, complex numbers as pairs. */
export function fromValues(
  dtype: Exclude<DType, "string">,
  dims: readonly number[],
  values: ArrayLike<number> | ArrayLike<bigint>,
): Tensor {
  const data = new ARRAYS[dtype](values.length) as unknown as { [i: number]: number | bigint };
  for (let i = 0; i < values.length; i++) data[i] = values[i]!;
  return { dtype, dims, data } as unknown as Tensor;
}

/** @throws ModelError when the number of stored elements is not that of `dims`. */
export function checkLength(
  dtype: Exclude<DType, "string">,
  count: number,
  found: number,
  name: string,
): void {
  const expected = storageLength(dtype, count);
  if (found === expected) return;
  throw new ModelError(
    `tensor "${name}" (${dtype}) holds ${found} values where its shape asks for ${expected}; the file is damaged or was written wrongly`,
    {
      value: name,
    },
  );
}

/** Tensor → little-endian bytes (a view where possible). */
export function toBytes(t: Exclude<Tensor, { dtype: "string" }>): Uint8Array {
  return new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength);
}
