import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, flatIndex, make, positions } from "../integers.ts";
import { integerRoot, requantizeTwin } from "../requantize.ts";

/** docs/fixed-ops.md, LRN. */
export function lrnTwin(call: Call): Tensor {
  const [x, table, multiplier, shift] = call.inputs;
  const size = call.int("size");
  const [gridBits, stepBits] = [BigInt(call.int("grid_bits")), BigInt(call.int("step_bits"))];
  const channels = x!.dims[1]!;
  const out = [...positions(x!.dims)].map((at, flat) => {
    const first = Math.max(0, at[1]! - Math.floor((size - 1) / 2));
    const last = Math.min(channels - 1, at[1]! + Math.ceil((size - 1) / 2));
    let sum = 0n;
    for (let c = first; c <= last; c++)
      sum +=
        BigInt(
          x!.data[
            flatIndex(
              at.map((i, axis) => (axis === 1 ? c : i)),
              x!.dims,
            )
          ]!,
        ) ** 2n;
    const root = integerRoot(sum * 4n ** gridBits + BigInt(call.int("offset")));
    const p = root - BigInt(call.int("base"));
    const i = Number(p >> stepBits);
    const f = p - (BigInt(i) << stepBits);
    const [left, right] = [BigInt(table!.data[i]!), BigInt(table!.data[i + 1]!)];
    const half = stepBits > 0n ? 1n << (stepBits - 1n) : 0n;
    const t = left + (((right - left) * f + half) >> stepBits);
    return requantizeTwin(call, BigInt(x!.data[flat]!) * t, {
      multiplier: multiplier!.data,
      shift: shift!.data,
    });
  });
  return make(call.to(), x!.dims, out);
}
