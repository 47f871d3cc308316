import { type DTypeStorage, elementCount, type Tensor, tensor } from "../../tensor/tensor.ts";
import type { ScalarType } from "./archive/scalar-types.ts";

interface Refusing {
  refuse(what: string): never;
}

const MAKERS = {
  float32: (values: readonly number[]) => Float32Array.from(values),
  float64: (values: readonly number[]) => Float64Array.from(values),
  int64: (values: readonly number[]) => BigInt64Array.from(values, (one) => BigInt(Math.trunc(one))),
  int32: (values: readonly number[]) => Int32Array.from(values),
  int16: (values: readonly number[]) => Int16Array.from(values),
  int8: (values: readonly number[]) => Int8Array.from(values),
  uint16: (values: readonly number[]) => Uint16Array.from(values),
  uint8: (values: readonly number[]) => Uint8Array.from(values),
  bool: (values: readonly number[]) => Uint8Array.from(values, (one) => Number(one !== 0)),
} as const satisfies { readonly [D in ScalarType]?: (values: readonly number[]) => DTypeStorage[D] };

/** A constant of numbers. */
export function numbers(
  dtype: ScalarType,
  dims: readonly number[],
  values: readonly number[],
  from: Refusing,
): Tensor {
  if (dtype === "float16") return from.refuse("a constant of type float16");
  return tensor(dtype, dims, MAKERS[dtype](values) as never) as Tensor;
}

/** A constant whose elements are all the same. */
export function filled(dtype: ScalarType, dims: readonly number[], value: number, from: Refusing): Tensor {
  return numbers(dtype, dims, new Array<number>(elementCount(dims)).fill(value), from);
}
