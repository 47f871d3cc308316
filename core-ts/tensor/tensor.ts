import { InternalError } from "../errors.ts";
import type { DType } from "./dtype.ts";

/** The arrays that hold elements: bit patterns for the small float types; the 4-bit and 2-bit types are packed, the first element in the lowest bits. */
export interface DTypeStorage {
  float32: Float32Array;
  uint8: Uint8Array;
  int8: Int8Array;
  uint16: Uint16Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  string: string[];
  bool: Uint8Array;
  float16: Uint16Array;
  float64: Float64Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  complex64: Float32Array;
  complex128: Float64Array;
  bfloat16: Uint16Array;
  float8e4m3fn: Uint8Array;
  float8e4m3fnuz: Uint8Array;
  float8e5m2: Uint8Array;
  float8e5m2fnuz: Uint8Array;
  uint4: Uint8Array;
  int4: Uint8Array;
  float4e2m1: Uint8Array;
  float8e8m0: Uint8Array;
  uint2: Uint8Array;
  int2: Uint8Array;
}

export type TensorOf<D extends DType> = {
  readonly dtype: D;
  readonly dims: readonly number[];
  readonly data: DTypeStorage[D];
};

/** An immutable dense tensor, row-major; a union over dtype, so that `tensor.dtype` narrows `tensor.data`. */
export type Tensor = { [D in DType]: TensorOf<D> }[DType];

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(dims: readonly number[]): number {
  let count = 1;
  for (const dim of dims) count *= dim;
  return count;
}

/** A tensor over `data`, whose length must match `dims`. */
export function tensor<D extends DType>(
  dtype: D,
  dims: readonly number[],
  data: DTypeStorage[D],
): TensorOf<D> {
  return { dtype, dims, data };
}

/** The largest and smallest int64; ONNX uses them as "until the end". */
const INT64_ENDS = [-0x8000000000000000n, 0x7fffffffffffffffn] as const;

/** An integer as int64, saturated: 2^63 - 1 is 2^63 as a number, and must not wrap around to -2^63. */
function toInt64(value: number): bigint {
  const exact = BigInt(value);
  if (exact < INT64_ENDS[0]) return INT64_ENDS[0];
  return exact > INT64_ENDS[1] ? INT64_ENDS[1] : exact;
}

/** A 1-D int64 tensor, the form in which ONNX takes axes, shapes and pads. */
export function int64Tensor(values: readonly number[]): TensorOf<"int64"> {
  return tensor("int64", [values.length], BigInt64Array.from(values, toInt64));
}

/** A float32 scalar (dims []). */
export function float32Scalar(value: number): TensorOf<"float32"> {
  return tensor("float32", [], Float32Array.of(value));
}

/** All elements as JavaScript numbers; only for real number types of at most 64 bits. */
export function toNumbers(t: Tensor): number[] {
  switch (t.dtype) {
    case "int64":
    case "uint64":
      return Array.from(t.data, Number);
    case "float32":
    case "float64":
    case "uint8":
    case "int8":
    case "uint16":
    case "int16":
    case "int32":
    case "uint32":
    case "bool":
      return Array.from(t.data);
    default:
      throw new InternalError(`toNumbers is not defined for ${t.dtype}`);
  }
}
