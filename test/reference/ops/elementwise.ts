import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import {
  type ActivationDType,
  broadcastIndex,
  broadcastShape,
  type Call,
  make,
  positions,
} from "../integers.ts";
import { requantizeTwin, roundShift } from "../requantize.ts";

export function requantizeOpTwin(call: Call): Tensor {
  const [x, multiplier, shift] = call.inputs;
  return make(
    call.to(),
    x!.dims,
    x!.data.map((v) => requantizeTwin(call, v, { multiplier: multiplier!.data, shift: shift!.data })),
  );
}

export function clipTwin(call: Call): Tensor {
  const x = call.inputs[0]!;
  const clamp = (v: number) => Math.min(Math.max(v, call.int("qmin")), call.int("qmax"));
  return make(call.to(), x.dims, x.data.map(clamp));
}

/** Applies f to every broadcast pair of inputs 0 and 1. */
function binary(call: Call, f: (a: bigint, b: bigint, at: readonly number[]) => number): Tensor {
  const [a, b] = call.inputs;
  const dims = broadcastShape(a!.dims, b!.dims);
  const out: number[] = [];
  for (const at of positions(dims)) {
    out.push(
      f(BigInt(a!.data[broadcastIndex(at, a!.dims)]!), BigInt(b!.data[broadcastIndex(at, b!.dims)]!), at),
    );
  }
  return make(call.to(), dims, out);
}

export function sumTwin(sign: 1n | -1n): (call: Call) => Tensor {
  return (call) => {
    const [m0, m1] = call.inputs[2]!.data.map(BigInt);
    const q = BigInt(call.inputs[3]!.data[0]!);
    return binary(call, (a, b) => roundShift(call, a * m0! + sign * b * m1!, q));
  };
}

export function mulTwin(call: Call): Tensor {
  const [m, q] = [BigInt(call.inputs[2]!.data[0]!), BigInt(call.inputs[3]!.data[0]!)];
  return binary(call, (a, b) => roundShift(call, a * b * m, q));
}

/** docs/fixed-ops.md, Div: a normalising shift and an interpolated reciprocal. */
export function divTwin(call: Call): Tensor {
  const [, , reciprocal, bits, multiplier, shift] = call.inputs;
  const l = call.int("table_bits");
  return binary(call, (a, b) => {
    const s = b < 0n ? -1n : 1n;
    const magnitude = b === 0n ? 1n : b * s;
    const high = Number(magnitude >> 8n);
    const e = BigInt(high > 0 ? 8 + bits!.data[high]! : bits!.data[Number(magnitude)]!);
    const d = (magnitude << (15n - e)) - 32768n;
    const rest = BigInt(15 - l);
    const i = Number(d >> rest);
    const [left, right] = [BigInt(reciprocal!.data[i]!), BigInt(reciprocal!.data[i + 1]!)];
    const r = left + (((right - left) * (d & ((1n << rest) - 1n)) + (1n << (rest - 1n))) >> rest);
    return roundShift(call, a * s * r * BigInt(multiplier!.data[0]!), 15n + e + BigInt(shift!.data[0]!));
  });
}

export function preluTwin(call: Call): Tensor {
  const [x, positive, negative, shift] = call.inputs;
  const out: number[] = [];
  for (const [flat, at] of [...positions(x!.dims)].entries()) {
    const v = BigInt(x!.data[flat]!);
    const m = v > 0n ? positive!.data[0]! : negative!.data[broadcastIndex(at, negative!.dims)]!;
    out.push(roundShift(call, v * BigInt(m), BigInt(shift!.data[0]!)));
  }
  return make(call.to(), x!.dims, out);
}

export function scaleShiftTwin(call: Call): Tensor {
  const [x, multiplier, bias, shift] = call.inputs;
  const out: number[] = [];
  for (const [flat, at] of [...positions(x!.dims)].entries()) {
    const c = at[1]!;
    const q = BigInt(shift!.data.length === 1 ? shift!.data[0]! : shift!.data[c]!);
    out.push(
      roundShift(call, BigInt(x!.data[flat]!) * BigInt(multiplier!.data[c]!) + BigInt(bias!.data[c]!), q),
    );
  }
  return make(call.to(), x!.dims, out);
}

export function lut8Twin(call: Call): Tensor {
  const [x, table] = call.inputs;
  return make(
    table!.dtype as ActivationDType,
    x!.dims,
    x!.data.map((v) => table!.data[v + call.int("x_offset")]!),
  );
}

export function lut16Twin(call: Call): Tensor {
  const [x, table] = call.inputs;
  const bits = BigInt(call.int("frac_bits"));
  const out = x!.data.map((v) => {
    const u = BigInt(v + call.int("x_offset"));
    const i = Number(u >> bits);
    const [left, right] = [BigInt(table!.data[i]!), BigInt(table!.data[i + 1]!)];
    const f = u & ((1n << bits) - 1n);
    return Number(left + (((right - left) * f + (1n << (bits - 1n))) >> bits));
  });
  return make(table!.dtype as ActivationDType, x!.dims, out);
}
