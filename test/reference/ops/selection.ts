import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { broadcastIndex, broadcastShape, type Call, type CaseDType, make, positions } from "../integers.ts";
import { requantizeTwin } from "../requantize.ts";

/** f of every broadcast group of elements of all inputs. */
function everywhere(call: Call, dtype: CaseDType, f: (...values: number[]) => number): Tensor {
  const dims = call.inputs.map((input) => input.dims).reduce(broadcastShape);
  const out = [...positions(dims)].map((at) =>
    f(...call.inputs.map((input) => input.data[broadcastIndex(at, input.dims)]!)),
  );
  return make(dtype, dims, out);
}

/** A truth value of two integers. */
export function comparisonTwin(holds: (a: number, b: number) => boolean): (call: Call) => Tensor {
  return (call) => everywhere(call, "bool", (a, b) => Number(holds(a!, b!)));
}

/** Math.max or Math.min of two integers. */
export function pickTwin(pick: (a: number, b: number) => number): (call: Call) => Tensor {
  return (call) => everywhere(call, call.inputs[0]!.dtype, (a, b) => pick(a!, b!));
}

export function whereTwin(call: Call): Tensor {
  return everywhere(call, call.inputs[1]!.dtype, (condition, a, b) => (condition === 0 ? b! : a!));
}

/** docs/fixed-ops.md, Mod: BigInt's % has the sign of its dividend, as fmod. */
export function modTwin(call: Call): Tensor {
  const [x, increment, multiplier, shift] = call.inputs;
  const period = 2n ** BigInt(call.int("period"));
  const by = { multiplier: multiplier!.data, shift: shift!.data, q1: call.int("q1") };
  const out = x!.data.map((v) =>
    requantizeTwin(call, (BigInt(v) * BigInt(increment!.data[0]!)) % period, by),
  );
  return make(call.to(), x!.dims, out);
}
