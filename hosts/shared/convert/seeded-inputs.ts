import type { GraphValue, ValueType } from "../../../core-ts/graph/graph.ts";
import type { DType } from "../../../core-ts/tensor/dtype.ts";
import { elementCount, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { normal, seededUniform } from "../infer/random.ts";

const SEED = 20240501;

type Fill = (uniform: () => number, length: number) => Tensor["data"];

/** 0, 1, 2, ...: rarely more than 3, since it may be an index into something small. */
const small = (uniform: () => number) => Math.trunc(Math.abs(normal(uniform)));

const FILLS: Partial<Record<DType, Fill>> = {
  float32: (u, n) => Float32Array.from({ length: n }, () => normal(u)),
  float64: (u, n) => Float64Array.from({ length: n }, () => normal(u)),
  int8: (u, n) => Int8Array.from({ length: n }, () => small(u)),
  int16: (u, n) => Int16Array.from({ length: n }, () => small(u)),
  int32: (u, n) => Int32Array.from({ length: n }, () => small(u)),
  int64: (u, n) => BigInt64Array.from({ length: n }, () => BigInt(small(u))),
  // Pictures.
  uint8: (u, n) => Uint8Array.from({ length: n }, () => Math.floor(u() * 256)),
  bool: (u, n) => Uint8Array.from({ length: n }, () => Number(u() < 0.5)),
};

/** The batch and all else that the model leaves open is 1. */
export function settledDims(type: ValueType | null): number[] {
  return (type?.dims ?? []).map((dim) => (typeof dim === "number" ? dim : 1));
}

function seededInput({ type }: GraphValue, dims: readonly number[], uniform: () => number): Tensor {
  const dtype = type?.dtype ?? "float32";
  const count = elementCount(dims);
  // A rate that is fed (keep_prob): with 1 nothing is dropped.
  if (dtype === "float32" && dims.length === 0) return { dtype, dims, data: Float32Array.of(1) };
  const fill = FILLS[dtype];
  if (fill) return { dtype, dims, data: fill(uniform, count) } as Tensor;
  return { dtype: "float32", dims, data: FILLS.float32!(uniform, count) } as Tensor;
}

/** Data to run a model on, the same in every run and on every host. @param dimsOf the shape that an input is fed in. */
export function seededInputs(
  inputs: readonly GraphValue[],
  dimsOf: (input: GraphValue) => readonly number[] = ({ type }) => settledDims(type),
): Map<string, Tensor> {
  const uniform = seededUniform(SEED);
  return new Map(inputs.map((input) => [input.name, seededInput(input, dimsOf(input), uniform)]));
}
