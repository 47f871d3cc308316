import { UnsupportedError } from "../../../core-ts/errors.ts";
import { DTYPE_CODES, type DType, dtypeFromCode } from "../../../core-ts/tensor/dtype.ts";
import { elementCount, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Executor, InferFunction } from "./executor.ts";
import { normal, seededUniform } from "./random.ts";
import { ReferenceAnswers } from "./reference.ts";

const SEED = 20240501;

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

/**
 * A fresh `infer_auto`: seeded random data, `iteration` batches, the same ones in every run. Random data have no accuracy: see ReferenceAnswers.
 */
export function createInferAuto(): InferFunction {
  const answers = new ReferenceAnswers();
  return async (executor) => {
    executor.init_shape_info();
    const uniform = seededUniform(SEED);
    for (let i = 0; i < executor.iteration; i++) {
      const batch = executor.input_nodes.map((name) => randomTensor(executor, name, uniform));
      answers.add(await executor.forward(...batch));
      if (executor.early_stop_flag) break;
    }
    return answers.finish();
  };
}
