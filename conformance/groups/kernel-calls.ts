import { HALF_BINS, type Kernels, type UnaryFunction } from "../../core-ts/kernels/kernels.ts";
import { fromValues } from "../../core-ts/onnx/tensor-data.ts";
import { quantizeValue } from "../../core-ts/quantize/scale.ts";
import { dtypeFromCode } from "../../core-ts/tensor/dtype.ts";
import { type Tensor, tensor, toNumbers } from "../../core-ts/tensor/tensor.ts";
import type { ConformanceCase } from "../case.ts";

type KernelCall = (one: ConformanceCase, kernels: Kernels) => Tensor;

const number = (one: ConformanceCase, name: string): number => one.attrs[name] as number;
const float32 = (one: ConformanceCase, i: number) => one.inputs[i]!.tensor.data as Float32Array;
const numbers = (one: ConformanceCase, i: number) => toNumbers(one.inputs[i]!.tensor);
const vector = (values: readonly number[]) => tensor("float64", [values.length], Float64Array.from(values));
const bounds = (one: ConformanceCase) => ({ qmin: number(one, "qmin"), qmax: number(one, "qmax") });

/** [k, 2]: index and count of each bin that is not empty. */
export function occupiedBins(bins: Float64Array): Tensor {
  const pairs = [...bins.entries()].filter(([, count]) => count !== 0);
  return tensor("float64", [pairs.length, 2], Float64Array.from(pairs.flat()));
}

function requantize(one: ConformanceCase, kernels: Kernels, more: { q1: number; inner: number }): Int32Array {
  return kernels.requantize(Float64Array.from(numbers(one, 0)), {
    multiplier: Int16Array.from(numbers(one, 1)),
    shift: Int8Array.from(numbers(one, 2)),
    ...more,
    ...bounds(one),
  });
}

/** The kernels by name; the answers of all are one tensor each. */
export const KERNEL_CALLS = {
  /** min, max, NaN and infinite values, zeros. */
  minMax(one, kernels) {
    const { min, max, nonFinite, zeros } = kernels.minMax(float32(one, 0));
    return vector([min, max, nonFinite, zeros]);
  },
  histogram(one, kernels) {
    const bins = new Float64Array(2 * HALF_BINS);
    kernels.addToHistogram(float32(one, 0), number(one, "exponent"), bins);
    return occupiedBins(bins);
  },
  /** The answer of minMax, and the exponent of the limits; NaN stands for none. */
  collect(one, kernels) {
    const histogram = { exponent: null as number | null, bins: new Float64Array(2 * HALF_BINS) };
    const { min, max, nonFinite, zeros } = kernels.collect(float32(one, 0), histogram);
    return vector([min, max, nonFinite, zeros, histogram.exponent ?? Number.NaN]);
  },
  collectBins(one, kernels) {
    const histogram = { exponent: null, bins: new Float64Array(2 * HALF_BINS) };
    kernels.collect(float32(one, 0), histogram);
    return occupiedBins(histogram.bins);
  },
  fakeQuantize(one, kernels) {
    const out = new Float32Array(float32(one, 0).length);
    kernels.fakeQuantize(float32(one, 0), { scale: number(one, "scale"), ...bounds(one) }, out);
    return tensor("float32", one.inputs[0]!.tensor.dims, out);
  },
  fakeQuantizePerChannel(one, kernels) {
    const out = new Float32Array(float32(one, 0).length);
    const scales = Float64Array.from(numbers(one, 1));
    const grid = { scales, inner: number(one, "inner"), ...bounds(one) };
    kernels.fakeQuantizePerChannel(float32(one, 0), grid, out);
    return tensor("float32", one.inputs[0]!.tensor.dims, out);
  },
  /** Accumulators [outer, channels, inner] in float64. */
  requantize(one, kernels) {
    const out = requantize(one, kernels, { q1: number(one, "q1"), inner: number(one, "inner") });
    return tensor("int32", one.inputs[0]!.tensor.dims, out);
  },
  /** Entries of a table, as a record makes them: functions are compared after rounding, where they are the same for every libm. */
  evaluate(one, kernels) {
    const [first, step, scaleIn] = ["first", "step", "scaleIn"].map((name) => number(one, name));
    const x = Float64Array.from({ length: number(one, "count") }, (_, i) => (first! + i * step!) * scaleIn!);
    const fn = one.attrs.fn as UnaryFunction;
    const reals = kernels.evaluate(fn, x, number(one, "alpha"), number(one, "beta"));
    const entries = Int32Array.from(reals, (real) =>
      quantizeValue(real, number(one, "scaleOut"), bounds(one)),
    );
    return tensor("int32", [entries.length], entries);
  },
} as const satisfies Readonly<Record<string, KernelCall>>;

/** Integer ops that a kernel computes as well; their cases are those of group `functions`. */
export const FUNCTION_CALLS = {
  Requantize(one, kernels) {
    const { dims, data } = one.inputs[0]!.tensor;
    const out = requantize(one, kernels, { q1: 0, inner: data.length });
    return fromValues(dtypeFromCode(number(one, "to")) as "int8", dims, out);
  },
  Lut8(one, kernels) {
    const [x, table] = [numbers(one, 0), numbers(one, 1)].map((values) => Int32Array.from(values));
    const { dtype } = one.inputs[1]!.tensor;
    const out = kernels.lookup8(x!, number(one, "x_offset"), table!);
    return fromValues(dtype as "int8", one.inputs[0]!.tensor.dims, out);
  },
  Lut16(one, kernels) {
    const [x, table] = [numbers(one, 0), numbers(one, 1)].map((values) => Int32Array.from(values));
    const { dtype } = one.inputs[1]!.tensor;
    const out = kernels.lookup16(x!, number(one, "x_offset"), number(one, "frac_bits"), table!);
    return fromValues(dtype as "int8", one.inputs[0]!.tensor.dims, out);
  },
} as const satisfies Readonly<Record<string, KernelCall>>;
