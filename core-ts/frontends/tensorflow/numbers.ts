import { InternalError } from "../../errors.ts";
import { fromValues } from "../../onnx/tensor-data.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Tensor } from "../../tensor/tensor.ts";

/** Numbers as a tensor of a type; integers of 64 bits included. */
export function tensorOfNumbers(dtype: DType, dims: readonly number[], values: readonly number[]): Tensor {
  if (dtype === "string") throw new InternalError("numbers do not make a string tensor");
  if (dtype !== "int64" && dtype !== "uint64") return fromValues(dtype, dims, values);
  return fromValues(
    dtype,
    dims,
    values.map((value) => BigInt(Math.trunc(value))),
  );
}

/** An IEEE 754 half (binary16) from its bits. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * powerOfTwo(-24);
  return sign * (1024 + fraction) * powerOfTwo(exponent - 25);
}

/** A bfloat16 is the upper half of a float32. */
export function bfloatToNumber(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}
