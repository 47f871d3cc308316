import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, flatIndex, make, positions } from "../integers.ts";
import { requantizeTwin, roundShift } from "../requantize.ts";

/** One line along the axis, seen from one of its elements: its distance from the largest, and the sum of exponentials. */
interface Line {
  readonly distance: number;
  readonly sum: bigint;
  readonly exponential: (d: number) => bigint;
}

/** Answers for every element by its line; `tables` hold the exponentials, one at 8 bit, two at 16. */
function alongAxis(
  call: Call,
  tables: readonly (readonly bigint[])[],
  answer: (line: Line) => number,
): Tensor {
  const x = call.inputs[0]!;
  const axis = (call.int("axis") + x.dims.length) % x.dims.length;
  const exponential = (d: number): bigint =>
    tables.length === 1 ? tables[0]![d]! : (tables[0]![d >> 8]! * tables[1]![d & 255]! + 2n ** 14n) >> 15n;
  const line = (at: readonly number[]) =>
    Array.from({ length: x.dims[axis]! }, (_, k) => {
      const place = at.map((v, i) => (i === axis ? k : v));
      return x.data[flatIndex(place, x.dims)]!;
    });
  const out = [...positions(x.dims)].map((at, flat) => {
    const values = line(at);
    const largest = Math.max(...values);
    const sum = values.reduce((total, v) => total + exponential(largest - v), 0n);
    return answer({ distance: largest - x.data[flat]!, sum, exponential });
  });
  return make(call.to(), x.dims, out);
}

/** docs/fixed-ops.md, Softmax8 (one table) and Softmax16 (two). */
export function softmaxTwin(call: Call): Tensor {
  const tables = call.inputs.slice(1, -2).map((table) => table.data.map(BigInt));
  const [multiplier, shift] = call.inputs.slice(-2);
  return alongAxis(call, tables, ({ distance, sum, exponential }) => {
    const share = (exponential(distance) * 2n ** 24n) / sum;
    return requantizeTwin(call, share, { multiplier: multiplier!.data, shift: shift!.data });
  });
}

/** docs/fixed-ops.md, LogSoftmax8 and LogSoftmax16. */
export function logSoftmaxTwin(call: Call): Tensor {
  const tables = call.inputs.slice(1, -3).map((table) => table.data.map(BigInt));
  const [logarithms, multiplier, shift] = call.inputs.slice(-3).map(({ data }) => data.map(BigInt));
  const bits = BigInt(call.int("table_bits"));
  return alongAxis(call, tables, ({ distance, sum }) => {
    const e = BigInt(sum.toString(2).length - 16);
    const rest = 15n + e;
    const position = (sum - (1n << rest)) << bits;
    const i = Number(position >> rest);
    const [left, right] = [logarithms![i]!, logarithms![i + 1]!];
    const fraction = position & ((1n << rest) - 1n);
    const fine = left + (((right - left) * fraction + (1n << (rest - 1n))) >> rest);
    const log = e * logarithms!.at(-1)! + fine;
    const [m0, m1] = multiplier!;
    const [q, t] = shift!;
    const half = t! > 0n ? 1n << (t! - 1n) : 0n;
    return roundShift(call, -(BigInt(distance) * m0! + ((log * m1! + half) >> t!)), q!);
  });
}
