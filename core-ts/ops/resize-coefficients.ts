/** Interpolation weights of Resize, linear and cubic, as rows of integers (ONNX operator documentation of Resize). */
import { powerOfTwo } from "../power-of-two.ts";
import { roundHalfEven } from "../quantize/scale.ts";

/** Fraction bits of the coefficients. */
export const COEFFICIENT_BITS = 11;

/** One axis of a Resize: sizes, scale, and the part of the input that tf_crop_and_resize reads. */
export interface ResizedAxis {
  readonly input: number;
  readonly output: number;
  readonly scale: number;
  readonly start: number;
  readonly end: number;
}

/** Position in the input that output index `i` reads. */
export type Coordinate = (i: number, axis: ResizedAxis) => number;

/** coordinate_transformation_mode → where an output index reads. */
export const COORDINATES: Readonly<Record<string, Coordinate>> = {
  half_pixel: (i, { scale }) => (i + 0.5) / scale - 0.5,
  half_pixel_symmetric(i, { scale, input, output }) {
    const adjustment = output / (scale * input);
    return (input / 2) * (1 - adjustment) + (i + 0.5) / scale - 0.5;
  },
  pytorch_half_pixel: (i, { scale, output }) => (output > 1 ? (i + 0.5) / scale - 0.5 : 0),
  asymmetric: (i, { scale }) => i / scale,
  align_corners: (i, { input, output }) => (output > 1 ? (i * (input - 1)) / (output - 1) : 0),
  tf_crop_and_resize: (i, { start, end, input, output }) =>
    output > 1
      ? start * (input - 1) + (i * (end - start) * (input - 1)) / (output - 1)
      : 0.5 * (start + end) * (input - 1),
};

/** How neighbours are weighted. */
export interface Interpolation {
  readonly coordinate: Coordinate;
  /** Parameter a of cubic interpolation (Keys, 1981); undefined for linear. */
  readonly cubic: number | undefined;
  /** The filter widens where the axis shrinks. */
  readonly antialias: boolean;
  /** Neighbours outside the input have weight 0 instead of that of the border's element. */
  readonly excludeOutside: boolean;
  /** Positions outside the input read 0 (tf_crop_and_resize, extrapolation_value 0). */
  readonly zeroOutside: boolean;
}

/** Weight of a neighbour at distance x. */
function filter(x: number, cubic: number | undefined): number {
  const d = Math.abs(x);
  if (cubic === undefined) return Math.max(0, 1 - d);
  if (d <= 1) return ((cubic + 2) * d - (cubic + 3)) * d * d + 1;
  return d < 2 ? ((cubic * d - 5 * cubic) * d + 8 * cubic) * d - 4 * cubic : 0;
}

/** Real weights of one output position, which sum to 1. */
function weights(at: number, axis: ResizedAxis, how: Interpolation): Float64Array {
  const row = new Float64Array(axis.input);
  const stretch = how.antialias ? Math.max(1, 1 / axis.scale) : 1;
  const reach = (how.cubic === undefined ? 1 : 2) * stretch;
  let total = 0;
  for (let j = Math.floor(at - reach); j <= Math.ceil(at + reach); j++) {
    const isOutside = j < 0 || j >= axis.input;
    if (isOutside && how.excludeOutside) continue;
    const weight = filter((j - at) / stretch, how.cubic);
    const from = Math.min(Math.max(j, 0), axis.input - 1);
    row[from] = row[from]! + weight;
    total += weight;
  }
  return row.map((weight) => weight / total);
}

/** Integers that sum to 2^COEFFICIENT_BITS exactly: what rounding leaves goes to the largest. */
function rounded(row: Float64Array): Int16Array {
  const unit = powerOfTwo(COEFFICIENT_BITS);
  const integers = Int16Array.from(row, (weight) => roundHalfEven(weight * unit));
  const largest = row.reduce((best, weight, i) => (weight > row[best]! ? i : best), 0);
  integers[largest] = integers[largest]! + unit - integers.reduce((sum, c) => sum + c, 0);
  return integers;
}

/** Coefficients of one axis, [output, input], in 1/2048; each row sums to 2048, or is 0 where it reads outside. */
export function coefficients(axis: ResizedAxis, how: Interpolation): Int16Array {
  const rows = new Int16Array(axis.output * axis.input);
  for (let i = 0; i < axis.output; i++) {
    const at = how.coordinate(i, axis);
    if (how.zeroOutside && (at < 0 || at > axis.input - 1)) continue;
    rows.set(rounded(weights(at, axis, how)), i * axis.input);
  }
  return rows;
}

/** Largest sum of |coefficient| of a row: how far results can pass the input's range, in 1/2048. */
export function largestRow(rows: Int16Array, input: number): number {
  let most = 0;
  for (let i = 0; i < rows.length; i += input)
    most = Math.max(
      most,
      rows.subarray(i, i + input).reduce((sum, c) => sum + Math.abs(c), 0),
    );
  return most;
}
