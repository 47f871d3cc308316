import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type ActivationDType, type Call, make } from "../integers.ts";
import { roundShift } from "../requantize.ts";

/** docs/fixed-ops.md, LogLut16: octaves of 2^octave_bits cells each. */
export function logLut16Twin(call: Call): Tensor {
  const [x, table] = call.inputs;
  const k = call.int("octave_bits");
  const side = (17 - k) * 2 ** k + 1;
  const out = x!.data.map((v) => {
    const a = Math.abs(v);
    let e = 0;
    while (a >> e >= 2 ** (k + 1)) e++;
    const i = (v < 0 ? side : 0) + e * 2 ** k + (a >> e);
    const [left, right] = [BigInt(table!.data[i]!), BigInt(table!.data[i + 1]!)];
    const f = BigInt(a % 2 ** e);
    const half = e === 0 ? 0n : 1n << BigInt(e - 1);
    return Number(left + (((right - left) * f + half) >> BigInt(e)));
  });
  return make(table!.dtype as ActivationDType, x!.dims, out);
}

export function roundToTwin(call: Call): Tensor {
  const [x, multiplier, shift] = call.inputs;
  const [m0, m1] = multiplier!.data.map(BigInt);
  const [q0, q1] = shift!.data.map(BigInt);
  const out = x!.data.map((v) => {
    const n = (BigInt(v) * m0! + BigInt(call.int("bias"))) >> q0!;
    return roundShift(call, n * m1!, q1!);
  });
  return make(call.to(), x!.dims, out);
}

export function deadZoneTwin(call: Call): Tensor {
  const [x, multiplier, bias, shift] = call.inputs;
  const out = x!.data.map((v) => {
    const part = v < call.int("lower") ? 0 : v > call.int("upper") ? 1 : undefined;
    if (part === undefined) return roundShift(call, 0n, 0n);
    const acc = BigInt(v) * BigInt(multiplier!.data[0]!) + BigInt(bias!.data[part]!);
    return roundShift(call, acc, BigInt(shift!.data[0]!));
  });
  return make(call.to(), x!.dims, out);
}
