import type { DType } from "../../../core-ts/tensor/dtype.ts";

/** How one element type stands in a .npy file (numpy.lib.format), and the array that holds it. */
export interface NpyType {
  /** Type code and byte count, after the byte-order character. */
  readonly code: string;
  readonly dtype: DType;
  /** Bytes that the byte order applies to: half an element for complex numbers. */
  readonly unit: number;
  readonly view: (bytes: ArrayBuffer) => ArrayBufferView;
}

/** Every numpy type that has an ONNX counterpart. */
export const NPY_TYPES: readonly NpyType[] = [
  { code: "f4", dtype: "float32", unit: 4, view: (bytes) => new Float32Array(bytes) },
  { code: "u1", dtype: "uint8", unit: 1, view: (bytes) => new Uint8Array(bytes) },
  { code: "i1", dtype: "int8", unit: 1, view: (bytes) => new Int8Array(bytes) },
  { code: "u2", dtype: "uint16", unit: 2, view: (bytes) => new Uint16Array(bytes) },
  { code: "i2", dtype: "int16", unit: 2, view: (bytes) => new Int16Array(bytes) },
  { code: "i4", dtype: "int32", unit: 4, view: (bytes) => new Int32Array(bytes) },
  { code: "i8", dtype: "int64", unit: 8, view: (bytes) => new BigInt64Array(bytes) },
  { code: "b1", dtype: "bool", unit: 1, view: (bytes) => new Uint8Array(bytes) },
  { code: "f2", dtype: "float16", unit: 2, view: (bytes) => new Uint16Array(bytes) },
  { code: "f8", dtype: "float64", unit: 8, view: (bytes) => new Float64Array(bytes) },
  { code: "u4", dtype: "uint32", unit: 4, view: (bytes) => new Uint32Array(bytes) },
  { code: "u8", dtype: "uint64", unit: 8, view: (bytes) => new BigUint64Array(bytes) },
  { code: "c8", dtype: "complex64", unit: 4, view: (bytes) => new Float32Array(bytes) },
  { code: "c16", dtype: "complex128", unit: 8, view: (bytes) => new Float64Array(bytes) },
];

/** First six bytes of every .npy file. */
export const NPY_MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** The data start at a multiple of this. */
export const NPY_ALIGNMENT = 64;
