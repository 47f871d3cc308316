/** Unary functions that can become a table; the meaning of `alpha` and `beta` is the ONNX op's. */
export type UnaryFunction =
  | "sigmoid"
  | "tanh"
  | "hard_sigmoid"
  | "hard_swish"
  | "leaky_relu"
  | "exp"
  | "log"
  | "sqrt"
  | "reciprocal"
  | "erf";

export interface MinMax {
  /** Smallest finite value; +Infinity if there is none. */
  readonly min: number;
  /** Largest finite value; -Infinity if there is none. */
  readonly max: number;
  /** How many values are NaN or infinite. */
  readonly nonFinite: number;
}

/** Bins on each side of zero of an activation histogram. */
export const HALF_BINS = 2048;

/** Scale and bounds of one per-tensor quantizer. */
export interface QuantizerGrid {
  readonly scale: number;
  readonly qmin: number;
  readonly qmax: number;
}

/** What a search over the folded histogram of |x| needs: see the observer that calls it. */
export interface RangeQuery {
  /** Counts of |x| by bin, bin i = [i·w, (i+1)·w); exact integers. */
  readonly bins: Float64Array;
  /** Positive levels of the grid: 127, 255, 32767 or 65535. */
  readonly levels: number;
}

export interface TableSpec {
  readonly fn: UnaryFunction;
  readonly alpha: number;
  readonly beta: number;
  /** Real input of entry i = (first + i·step)·scaleIn. */
  readonly scaleIn: number;
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly scaleOut: number;
  readonly qmin: number;
  readonly qmax: number;
}

/**
 * The compiled numeric core. Pure functions over typed arrays; implementations copy in and out, pointers never escape.
 * Two builds exist (SIMD and scalar) and are bit-equal.
 */
export interface Kernels {
  readonly simd: boolean;
  minMax(x: Float32Array): MinMax;
  /**
   * Adds the finite elements of x to `bins` (length 2·HALF_BINS, bin i covers [(i-HALF_BINS)·w, (i+1-HALF_BINS)·w), w = 2^exponent / HALF_BINS).
   * Values at or beyond the limits count in the outermost bins.
   */
  addToHistogram(x: Float32Array, exponent: number, bins: Float64Array): void;
  /** Index of the best threshold (in bins, 1..bins.length) by the TensorRT entropy method. */
  searchKl(query: RangeQuery): number;
  /** The same with the correction described in observers/kl_v2.ts. */
  searchKlV2(query: RangeQuery): number;
  /** Threshold in bins that minimises the mean squared error. */
  searchMse(query: RangeQuery): number;
  /** out[i] = scale · clamp(round half even(x[i]/scale)); out may be x. */
  fakeQuantize(x: Float32Array, grid: QuantizerGrid, out: Float32Array): void;
  /** The same with a scale per channel; x is [outer, channels, inner]. */
  fakeQuantizePerChannel(
    x: Float32Array,
    scales: Float64Array,
    inner: number,
    bounds: { readonly qmin: number; readonly qmax: number },
    out: Float32Array,
  ): void;
  /** spec/fixed-point-ir.md, requantize; acc holds exact integers below 2^53, laid out [outer, channels, inner]. */
  requantize(
    acc: Float64Array,
    params: {
      readonly multiplier: Int16Array;
      readonly shift: Int8Array;
      readonly q1: number;
      readonly inner: number;
      readonly qmin: number;
      readonly qmax: number;
    },
  ): Int32Array;
  /** Table entries, correctly rounded (half to even), saturated; `count` integers. */
  buildTable(spec: TableSpec): Int32Array;
  /** Lut8 of docs/fixed-ops.md: x + offset indexes the table. */
  lookup8(x: Int32Array, offset: number, table: Int32Array): Int32Array;
  /** Lut16 of docs/fixed-ops.md. */
  lookup16(x: Int32Array, offset: number, fracBits: number, table: Int32Array): Int32Array;
  /** fn of each element, in float64, the same bits on every host. */
  evaluate(fn: UnaryFunction, x: Float64Array, alpha: number, beta: number): Float64Array;
}
