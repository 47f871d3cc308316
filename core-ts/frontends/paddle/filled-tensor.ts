import { elementCount, type Tensor, tensor } from "../../tensor/tensor.ts";
import type { StoredType } from "./dtypes.ts";

/** A tensor of the given numbers, or, of one number, full of it. */
export function filledTensor(dtype: StoredType, dims: readonly number[], values: readonly number[]): Tensor {
  const count = elementCount(dims);
  const numbers = values.length === 1 ? Array.from({ length: count }, () => values[0]!) : values;
  switch (dtype) {
    case "int64":
      return tensor(
        dtype,
        dims,
        BigInt64Array.from(numbers, (n) => BigInt(Math.trunc(n))),
      );
    case "int32":
      return tensor(dtype, dims, Int32Array.from(numbers));
    case "int16":
      return tensor(dtype, dims, Int16Array.from(numbers));
    case "int8":
      return tensor(dtype, dims, Int8Array.from(numbers));
    case "uint8":
      return tensor(dtype, dims, Uint8Array.from(numbers));
    case "bool":
      return tensor(
        dtype,
        dims,
        Uint8Array.from(numbers, (n) => (n === 0 ? 0 : 1)),
      );
    case "float32":
      return tensor(dtype, dims, Float32Array.from(numbers));
    case "float64":
      return tensor(dtype, dims, Float64Array.from(numbers));
  }
}
