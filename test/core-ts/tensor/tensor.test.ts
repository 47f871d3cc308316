import { describe, expect, it } from "vitest";
import { InternalError } from "../../../core-ts/errors.ts";
import { DTYPE_BITS, DTYPE_CODES, type DType, dtypeFromCode } from "../../../core-ts/tensor/dtype.ts";
import {
  elementCount,
  float32Scalar,
  int64Tensor,
  tensor,
  toNumbers,
} from "../../../core-ts/tensor/tensor.ts";

/** TensorProto.DataType of onnx.proto 1.23, by number. */
const ONNX_TYPES =
  "FLOAT UINT8 INT8 UINT16 INT16 INT32 INT64 STRING BOOL FLOAT16 DOUBLE UINT32 UINT64 COMPLEX64 COMPLEX128 BFLOAT16 FLOAT8E4M3FN FLOAT8E4M3FNUZ FLOAT8E5M2 FLOAT8E5M2FNUZ UINT4 INT4 FLOAT4E2M1 FLOAT8E8M0 UINT2 INT2";

describe("dtypes", () => {
  it("are ONNX's, under ONNX's numbers", () => {
    const ours = ONNX_TYPES.split(" ").map((name, i) => {
      const lower = name === "FLOAT" ? "float32" : name === "DOUBLE" ? "float64" : name.toLowerCase();
      return [lower, i + 1];
    });
    expect(DTYPE_CODES).toEqual(Object.fromEntries(ours));
  });

  it("are found by number, and only by those", () => {
    for (const [name, code] of Object.entries(DTYPE_CODES)) expect(dtypeFromCode(code)).toBe(name);
    expect([0, -1, 27, 1.5, Number.NaN].map(dtypeFromCode)).toEqual(Array(5).fill(undefined));
  });

  it("have the width their name says", () => {
    const widths = (Object.keys(DTYPE_BITS) as DType[])
      .filter((name) => name !== "bool" && name !== "string")
      .map((name) => [name, DTYPE_BITS[name], Number(/\d+/.exec(name)![0])]);
    expect(widths.filter(([, bits, named]) => bits !== named)).toEqual([]);
    expect([DTYPE_BITS.bool, DTYPE_BITS.string]).toEqual([8, 0]);
  });
});

describe("tensors", () => {
  it("have as many elements as the product of their dims", () => {
    expect([[], [5], [2, 3, 4], [7, 0, 3]].map(elementCount)).toEqual([1, 5, 24, 0]);
  });

  it("of int64 hold integers exactly and end where int64 ends", () => {
    const t = int64Tensor([0, -1, 2 ** 53, 2 ** 63, 2 ** 64, -(2 ** 63), -(2 ** 70)]);
    const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
    expect([t.dtype, t.dims]).toEqual(["int64", [7]]);
    expect([...t.data]).toEqual([0n, -1n, 2n ** 53n, high, high, low, low]);
  });

  it("of one number have no dims and are rounded to float32", () => {
    expect(float32Scalar(0.1)).toEqual({ dtype: "float32", dims: [], data: Float32Array.of(0.1) });
  });

  it("give their elements as numbers", () => {
    expect(toNumbers(int64Tensor([3, -4]))).toEqual([3, -4]);
    expect(toNumbers(tensor("uint64", [1], BigUint64Array.of(7n)))).toEqual([7]);
    expect(toNumbers(tensor("bool", [2], Uint8Array.of(0, 1)))).toEqual([0, 1]);
    expect(toNumbers(tensor("float64", [1], Float64Array.of(0.1)))).toEqual([0.1]);
  });

  it("whose storage is not their value give no numbers", () => {
    expect(() => toNumbers(tensor("float16", [1], Uint16Array.of(0x3c00)))).toThrow(InternalError);
    expect(() => toNumbers(tensor("int4", [2], Uint8Array.of(0x21)))).toThrow(
      "toNumbers is not defined for int4",
    );
    expect(() => toNumbers(tensor("string", [1], ["1"]))).toThrow(InternalError);
  });
});
