import type { Histogram } from "./bins.ts";
import type { UnaryFunction } from "./unary.ts";

export { HALF_BINS } from "./bins.ts";
export type { UnaryFunction } from "./unary.ts";

export interface MinMax {
  /** Smallest finite value; +Infinity if there is none. */
  readonly min: number;
  /** Largest finite value; -Infinity if there is none. */
  readonly max: number;
  /** How many values are NaN or infinite. */
  readonly nonFinite: number;
  /** How many values are exactly 0 (of either sign). */
  readonly zeros: number;
}

/** Scale and bounds of one per-tensor quantizer. */
export interface QuantizerGrid {
  readonly scale: number;
  readonly qmin: number;
  readonly qmax: number;
}

/** Scales and bounds of a quantizer with one scale per channel. */
export interface ChannelGrid {
  readonly scales: Float64Array;
  /** Elements of one channel that lie together: the product of the dimensions after the channel axis. */
  readonly inner: number;
  readonly qmin: number;
  readonly qmax: number;
}

/** What a search over a folded histogram of |x| needs. Searches answer with a threshold in bins, in (0, bins.length]. */
export interface RangeQuery {
  /** Counts of |x| by bin, bin i = [i·w, (i+1)·w); exact integers, at most HALF_BINS of them, the last one not 0. */
  readonly bins: Float64Array;
  /** Positive levels of the grid: 127, 255, 32767 or 65535. */
  readonly levels: number;
}

/**
 * The compiled numeric core. Pure functions over typed arrays; implementations copy in and out, pointers never escape.
 * Two builds exist (SIMD and scalar) and are bit-equal.
 */
export interface Kernels {
  readonly simd: boolean;
  minMax(x: Float32Array): MinMax;
  /**
   * Adds the finite elements of x to `bins` (length 2·HALF_BINS, w = 2^exponent / HALF_BINS): bin HALF_BINS + k covers
   * [k·w, (k+1)·w), bin HALF_BINS-1-k covers (-(k+1)·w, -k·w]; ±0 counts in bin HALF_BINS, values at or beyond the limits
   * in the outermost bins.
   */
  addToHistogram(x: Float32Array, exponent: number, bins: Float64Array): void;
  /**
   * minMax of x, and its finite elements added to `histogram`, which is widened (in place) until nothing lies beyond its
   * limits. One copy of x into WASM memory serves both.
   */
  collect(x: Float32Array, histogram: Histogram): MinMax;
  /** Threshold by the TensorRT entropy method, see observers/kl.ts. */
  searchKl(query: RangeQuery): number;
  /** The same with the correction described in observers/kl_v2.ts. */
  searchKlV2(query: RangeQuery): number;
  /** Threshold that minimises the mean squared error, see observers/mse.ts. */
  searchMse(query: RangeQuery): number;
  /** out[i] = scale · clamp(round half even(x[i]/scale)), computed in float64; NaN becomes scale · qmin. out may be x. */
  fakeQuantize(x: Float32Array, grid: QuantizerGrid, out: Float32Array): void;
  /** The same with a scale per channel; x is [outer, channels, inner], channels = scales.length. */
  fakeQuantizePerChannel(x: Float32Array, grid: ChannelGrid, out: Float32Array): void;
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
  /** Lut8 of docs/fixed-ops.md: x + offset indexes the table. @throws InternalError if an index falls outside the table. */
  lookup8(x: Int32Array, offset: number, table: Int32Array): Int32Array;
  /** Lut16 of docs/fixed-ops.md. @throws InternalError if an index falls outside the table. */
  lookup16(x: Int32Array, offset: number, fracBits: number, table: Int32Array): Int32Array;
  /** fn of each element, in float64, the same bits on every host. */
  evaluate(fn: UnaryFunction, x: Float64Array, alpha: number, beta: number): Float64Array;
}
