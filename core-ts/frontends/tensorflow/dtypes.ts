import type { DType } from "../../tensor/dtype.ts";

/** DataType of types.proto → ONNX element type; the quantized integer types hold plain integers, and 16-bit floats are widened. */
const DTYPES: Readonly<Record<number, DType>> = {
  1: "float32",
  2: "float64",
  3: "int32",
  4: "uint8",
  5: "int16",
  6: "int8",
  7: "string",
  8: "complex64",
  9: "int64",
  10: "bool",
  11: "int8",
  12: "uint8",
  13: "int32",
  14: "float32",
  15: "int16",
  16: "uint16",
  17: "uint16",
  18: "complex128",
  19: "float32",
  22: "uint32",
  23: "uint64",
};
/** Codes above it are references to a variable of the type below. */
const REFERENCES = 100;

/** DT_BFLOAT16 and DT_HALF, which a file holds as bits. */
export const BFLOAT = 14;
export const HALF = 19;

/** The element type of a DataType number; undefined for handles, variants and numbers unknown. */
export function dtypeOf(code: number): DType | undefined {
  return DTYPES[code > REFERENCES ? code - REFERENCES : code];
}
