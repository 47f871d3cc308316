import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, flatIndex, make, positions } from "../integers.ts";
import { requantizeTwin } from "../requantize.ts";

/** docs/fixed-ops.md, Softmax8 (one table) and Softmax16 (two). */
export function softmaxTwin(call: Call): Tensor {
  const x = call.inputs[0]!;
  const tables = call.inputs.slice(1, -2).map((table) => table.data.map(BigInt));
  const [multiplier, shift] = call.inputs.slice(-2);
  const axis = (call.int("axis") + x.dims.length) % x.dims.length;
  const exponential = (d: number): bigint =>
    tables.length === 1 ? tables[0]![d]! : (tables[0]![d >> 8]! * tables[1]![d & 255]! + 2n ** 14n) >> 15n;
  const line = (at: readonly number[]) =>
    Array.from(
      { length: x.dims[axis]! },
      (_, k) =>
        x.data[
          flatIndex(
            at.map((v, i) => (i === axis ? k : v)),
            x.dims,
          )
        ]!,
    );
  const out = [...positions(x.dims)].map((at, flat) => {
    const values = line(at);
    const largest = Math.max(...values);
    const sum = values.reduce((total, v) => total + exponential(largest - v), 0n);
    const share = (exponential(largest - x.data[flat]!) * 2n ** 24n) / sum;
    return requantizeTwin(call, share, { multiplier: multiplier!.data, shift: shift!.data });
  });
  return make(call.to(), x.dims, out);
}
