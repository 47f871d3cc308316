import type { BitWidth } from "../chips/index.ts";
import { DataError } from "../errors.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { roundChannel } from "./round-weights.ts";

/**
 * Where the output channel stands in a weight tensor seen as [groups, rows, channels, inner]: Conv [M, C/g, k...] is {1, M, C/g·k},
 * Gemm [K, N] is {1, N, 1}, ConvTranspose [C, M/g, k...] is {g, M/g, k}.
 */
export interface ChannelLayout {
  readonly groups: number;
  /** Output channels of one group. */
  readonly channels: number;
  readonly inner: number;
  /** Elements of one kernel: the product of the spatial dimensions, 1 for a matrix. */
  readonly kernel: number;
}

/** Where the output channel stands in the weights of Conv, ConvTranspose, Gemm and MatMul. */
export function channelLayout(op: string, dims: readonly number[], groups: number): ChannelLayout {
  const kernel = dims.slice(2).reduce((product, dim) => product * dim, 1);
  if (op === "Conv") return { groups: 1, channels: dims[0]!, inner: dims[1]! * kernel, kernel };
  if (op === "ConvTranspose") return { groups, channels: dims[1]!, inner: kernel, kernel };
  return { groups: 1, channels: dims[1]!, inner: 1, kernel: 1 };
}

/** Largest magnitude of a weight integer: the narrow range ±(2^(b-1)-1). */
export function weightMax(bits: BitWidth): number {
  return powerOfTwo(bits - 1) - 1;
}

/** Calls `visit(channel, from, to)` for every run of elements that belong to one output channel. */
function eachRun(
  length: number,
  layout: ChannelLayout,
  visit: (channel: number, from: number, to: number) => void,
): void {
  const block = length / layout.groups;
  for (let from = 0; from < length; from += layout.inner) {
    const group = Math.floor(from / block);
    const channel = group * layout.channels + (Math.floor(from / layout.inner) % layout.channels);
    visit(channel, from, from + layout.inner);
  }
}

/** Largest |w| of each output channel. @throws DataError for NaN or Inf, naming the tensor. */
export function channelMaxima(w: Float32Array, layout: ChannelLayout, name: string): Float64Array {
  const maxima = new Float64Array(layout.groups * layout.channels);
  eachRun(w.length, layout, (channel, from, to) => {
    let most = maxima[channel]!;
    for (let i = from; i < to; i++) {
      const size = Math.abs(w[i]!);
      if (!(size < Number.POSITIVE_INFINITY)) {
        throw new DataError(
          `weight "${name}" holds ${w[i]} at element ${i}; train or export the model again`,
          { value: name },
        );
      }
      if (size > most) most = size;
    }
    maxima[channel] = most;
  });
  return maxima;
}

/** Where the elements of an output channel stand. */
export function elementsOf(channel: number, length: number, layout: ChannelLayout): Int32Array {
  const { groups, channels, inner } = layout;
  const rows = length / (groups * channels * inner);
  const first = Math.floor(channel / channels) * rows;
  const at = new Int32Array(rows * inner);
  for (let row = 0; row < rows; row++) {
    const start = ((first + row) * channels + (channel % channels)) * inner;
    for (let k = 0; k < inner; k++) at[row * inner + k] = start + k;
  }
  return at;
}

/** Integers of the weights on one scale per output channel, narrow range; see round-weights.ts for the rounding. */
export function quantizeWeights(
  w: Float32Array,
  layout: ChannelLayout,
  scales: Float64Array,
  bits: BitWidth,
): Int8Array | Int16Array {
  const q = bits === 8 ? new Int8Array(w.length) : new Int16Array(w.length);
  const limit = weightMax(bits);
  for (const [channel, scale] of scales.entries()) {
    const elements = { at: elementsOf(channel, w.length, layout), kernel: layout.kernel };
    roundChannel({ w, q, scale, limit }, elements);
  }
  return q;
}

/** The weights with each output channel multiplied by its factor. */
export function scaledWeights(
  w: Float32Array,
  layout: ChannelLayout,
  factors: readonly number[],
): Float32Array {
  const scaled = new Float32Array(w.length);
  eachRun(w.length, layout, (channel, from, to) => {
    for (let i = from; i < to; i++) scaled[i] = w[i]! * factors[channel]!;
  });
  return scaled;
}

/** Σ|q| of each output channel: times the largest |x| it bounds the accumulator. */
export function channelSums(q: Int8Array | Int16Array, layout: ChannelLayout): Float64Array {
  const sums = new Float64Array(layout.groups * layout.channels);
  eachRun(q.length, layout, (channel, from, to) => {
    let sum = 0;
    for (let i = from; i < to; i++) sum += Math.abs(q[i]!);
    sums[channel] = sums[channel]! + sum;
  });
  return sums;
}
