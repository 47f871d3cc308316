import type { DType } from "../../tensor/dtype.ts";

/** Element types by their number in VarType.Type. */
const CODES: Readonly<Record<number, DType>> = {
  0: "bool",
  1: "int16",
  2: "int32",
  3: "int64",
  4: "float16",
  5: "float32",
  6: "float64",
  20: "uint8",
  21: "int8",
  22: "bfloat16",
};

const BYTES = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
} as const;

/** Types that parameters may have. */
export type StoredType = keyof typeof BYTES;

export function dtypeOf(code: number | null | undefined): DType | undefined {
  return code === null || code === undefined ? undefined : CODES[code];
}

export function isStored(dtype: DType | undefined): dtype is StoredType {
  return dtype !== undefined && Object.hasOwn(BYTES, dtype);
}

export function bytesOf(dtype: StoredType): number {
  return BYTES[dtype];
}

/** The number of a type that is given by name; -1 for others. */
export function codeOf(name: string): number {
  const found = Object.entries(CODES).find(([, dtype]) => dtype === name);
  return found ? Number(found[0]) : -1;
}
