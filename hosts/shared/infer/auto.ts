import { UnsupportedError } from "../../../core-ts/errors.ts";
import { DTYPE_CODES, type DType, dtypeFromCode } from "../../../core-ts/tensor/dtype.ts";
import { elementCount, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Executor, InferFunction } from "./executor.ts";
import { normal, seededUniform } from "./random.ts";

/** Name of the built-in function, the default of -if. */
export const INFER_AUTO = "infer_auto";

const SEED = 20240501;
/** Float outputs kept for comparison: enough to be representative, and memory does not grow with the number of batches. */
export const COMPARED_BATCHES = 8;

type Fill = (uniform: () => number, length: number) => Tensor["data"];

/** Whole numbers in [low, 10). */
const whole = (low: number) => (uniform: () => number) => low + Math.floor(uniform() * (10 - low));
const signed = whole(-10);
const unsigned = whole(1);

/** spec/facts.md: normal for floats, [-10, 10) for signed integers, [1, 10) for unsigned. */
const FILLS: Partial<Record<DType, Fill>> = {
  float32: (u, n) => Float32Array.from({ length: n }, () => normal(u)),
  float64: (u, n) => Float64Array.from({ length: n }, () => normal(u)),
  int8: (u, n) => Int8Array.from({ length: n }, () => signed(u)),
  int16: (u, n) => Int16Array.from({ length: n }, () => signed(u)),
  int32: (u, n) => Int32Array.from({ length: n }, () => signed(u)),
  int64: (u, n) => BigInt64Array.from({ length: n }, () => BigInt(signed(u))),
  uint8: (u, n) => Uint8Array.from({ length: n }, () => unsigned(u)),
  uint16: (u, n) => Uint16Array.from({ length: n }, () => unsigned(u)),
  uint32: (u, n) => Uint32Array.from({ length: n }, () => unsigned(u)),
  uint64: (u, n) => BigUint64Array.from({ length: n }, () => BigInt(unsigned(u))),
};

function randomTensor(executor: Executor, name: string, uniform: () => number): Tensor {
  const dtype = dtypeFromCode(executor.input_types[name]!)!;
  const dims = executor.shape_dicts[name]!.map((dim) =>
    typeof dim === "number" ? dim : executor.batch_size,
  );
  const fill = FILLS[dtype];
  if (!fill) {
    throw new UnsupportedError(
      `infer_auto has no random data for input "${name}" of ${dtype} (ONNX type ${DTYPE_CODES[dtype]}); give data with -uds and -if`,
      { value: name },
    );
  }
  return { dtype, dims, data: fill(uniform, elementCount(dims)) } as Tensor;
}

/** Sums of (l·r)/(‖l‖‖r‖) over all outputs of a batch taken together. */
function cosine(left: readonly Tensor[], right: readonly Tensor[]): number {
  let [dot, l2, r2] = [0, 0, 0];
  for (const [i, l] of left.entries()) {
    const a = Array.from(l.data as Iterable<number>, Number);
    const b = Array.from((right[i]?.data ?? []) as Iterable<number>, Number);
    for (const [j, x] of a.entries()) {
      const y = b[j] ?? 0;
      dot += x * y;
      l2 += x * x;
      r2 += y * y;
    }
  }
  if (l2 === 0 && r2 === 0) return 1;
  return l2 === 0 || r2 === 0 ? 0 : dot / Math.sqrt(l2 * r2);
}

/**
 * A fresh `infer_auto`: seeded random data, `iteration` batches, the same ones in every run. Random data have no accuracy: the first
 * model it runs on is the reference and gets 1, every later one the mean cosine of its outputs to the reference's.
 */
export function createInferAuto(): InferFunction {
  const reference: Tensor[][] = [];
  let isReference = true;
  return async (executor) => {
    executor.init_shape_info();
    const uniform = seededUniform(SEED);
    let [sum, compared] = [0, 0];
    for (let i = 0; i < executor.iteration; i++) {
      const batch = executor.input_nodes.map((name) => randomTensor(executor, name, uniform));
      const outputs = await executor.forward(...batch);
      if (executor.early_stop_flag) break;
      if (i >= COMPARED_BATCHES) continue;
      if (isReference) reference.push(outputs);
      else sum += cosine(reference[i] ?? [], outputs);
      compared++;
    }
    const result = isReference ? 1 : sum / compared;
    isReference = false;
    return result;
  };
}
