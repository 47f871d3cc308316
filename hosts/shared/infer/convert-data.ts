import { DataError } from "../../../core-ts/errors.ts";
import type { DType } from "../../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";

type Numbers = ArrayLike<number | bigint>;

/** Types whose arrays hold the numbers themselves; float16's are bit patterns. */
const PLAIN: readonly DType[] = [
  "float32",
  "float64",
  "uint8",
  "int8",
  "uint16",
  "int16",
  "int32",
  "uint32",
  "int64",
  "uint64",
  "bool",
];

const whole = (value: number | bigint): bigint => BigInt(value);

function int32(value: number | bigint): number {
  if (Number(value) === (Number(value) | 0)) return Number(value);
  throw new RangeError(`${value} is no int32`);
}

/** Types of models' inputs that data of other types are converted to. The small integers of -qid are checked by the core. */
const TARGETS: Partial<Record<DType, (data: Numbers) => Tensor["data"]>> = {
  float32: (data) => Float32Array.from(data, Number),
  float64: (data) => Float64Array.from(data, Number),
  int32: (data) => Int32Array.from(data, int32),
  int64: (data) => BigInt64Array.from(data, whole),
};

/**
 * Numbers as the model takes them: Python writes float64 and int64 unless it is told otherwise. Others stay as they are.
 * @throws DataError naming `file` for fractions where the model takes integers.
 */
export function convertData(t: Tensor, dtype: DType, file: string): Tensor {
  const convert = TARGETS[dtype];
  if (t.dtype === dtype || !convert || !PLAIN.includes(t.dtype)) return t;
  try {
    return { dtype, dims: t.dims, data: convert(t.data as Numbers) } as Tensor;
  } catch (cause) {
    throw new DataError(
      `${file} holds ${t.dtype} numbers that are not all whole, or too large, for an input of ${dtype}; save them as ${dtype}`,
      { file, cause },
    );
  }
}
