import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, flatIndex, make, positions } from "../integers.ts";
import { requantizeTwin } from "../requantize.ts";

type Input = Call["inputs"][number];

/** The elements that `axes` reduce to one, for every element of the result, and the result's shape. */
function groups(call: Call, x: Input, axes: readonly number[]): { dims: number[]; values: number[][] } {
  const rank = x.dims.length;
  const reduced = new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)));
  const kept = x.dims.map((dim, axis) => (reduced.has(axis) ? 1 : dim));
  const values = Array.from({ length: kept.reduce((a, b) => a * b, 1) }, (): number[] => []);
  for (const [flat, at] of [...positions(x.dims)].entries())
    values[
      flatIndex(
        at.map((i, axis) => (reduced.has(axis) ? 0 : i)),
        kept,
      )
    ]!.push(x.data[flat]!);
  const dims = call.int("keepdims") === 1 ? kept : x.dims.filter((_, axis) => !reduced.has(axis));
  return { dims, values };
}

/** requantize(Σ term(x)) over the axes. */
export function sumOfTwin(term: (v: bigint) => bigint): (call: Call) => Tensor {
  return (call) => {
    const [x, multiplier, shift] = call.inputs;
    const { dims, values } = groups(call, x!, call.ints("axes"));
    const by = { multiplier: multiplier!.data, shift: shift!.data, q1: call.int("q1") };
    const out = values.map((group) => {
      const sum = group.reduce((total, v) => total + term(BigInt(v)), 0n);
      return requantizeTwin(call, sum, by);
    });
    return make(call.to(), dims, out);
  };
}

/** The largest whole number whose square is at most n, by bisection. */
function integerRoot(n: bigint): bigint {
  let [low, high] = [0n, 2n ** 32n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle * middle <= n) low = middle;
    else high = middle;
  }
  return low;
}

/** docs/fixed-ops.md, ReduceL2. */
export function reduceL2Twin(call: Call): Tensor {
  const [x, multiplier, shift] = call.inputs;
  const { dims, values } = groups(call, x!, call.ints("axes"));
  const out = values.map((group) => {
    const sum = group.reduce((total, v) => total + BigInt(v) * BigInt(v), 0n);
    const root = integerRoot(sum * 4n ** BigInt(call.int("grid")));
    return requantizeTwin(call, root, { multiplier: multiplier!.data, shift: shift!.data });
  });
  return make(call.to(), dims, out);
}

export function extremumTwin(pick: (...values: number[]) => number): (call: Call) => Tensor {
  return (call) => {
    const x = call.inputs[0]!;
    const { dims, values } = groups(call, x, call.ints("axes"));
    return make(
      x.dtype,
      dims,
      values.map((group) => pick(...group)),
    );
  };
}

/** Index of the largest (Math.max) or smallest element along the axis. */
export function indexTwin(pick: (...values: number[]) => number): (call: Call) => Tensor {
  return (call) => {
    const { dims, values } = groups(call, call.inputs[0]!, [call.int("axis")]);
    const isLast = call.int("select_last_index") === 1;
    const out = values.map((line) =>
      isLast ? line.lastIndexOf(pick(...line)) : line.indexOf(pick(...line)),
    );
    return make("int64", dims, out);
  };
}

/** Each element's sum of those up to it along the axis: `exclusive` without itself, `reverse` from the end. */
export function cumSumTwin(call: Call): Tensor {
  const [x, multiplier, shift] = call.inputs;
  const { dims } = x!;
  const axis = (call.int("axis") + dims.length) % dims.length;
  const by = { multiplier: multiplier!.data, shift: shift!.data, q1: call.int("q1") };
  const isAdded = (k: number, here: number): boolean => {
    const distance = call.int("reverse") === 1 ? k - here : here - k;
    return distance > 0 || (distance === 0 && call.int("exclusive") === 0);
  };
  const out = [...positions(dims)].map((at) => {
    let sum = 0;
    for (let k = 0; k < dims[axis]!; k++)
      if (isAdded(k, at[axis]!)) sum += x!.data[flatIndex(at.with(axis, k), dims)]!;
    return requantizeTwin(call, sum, by);
  });
  return make(call.to(), dims, out);
}

/** The k largest (or smallest) along the axis in that order and their indices; of equal ones the lower index comes first. */
export function topKTwin(call: Call): Tensor[] {
  const [x, k] = call.inputs;
  const { dims } = x!;
  const axis = (call.int("axis") + dims.length) % dims.length;
  const sign = call.int("largest") === 1 ? -1 : 1;
  const out = dims.with(axis, k!.data[0]!);
  const element = (at: readonly number[], i: number) => x!.data[flatIndex(at.with(axis, i), dims)]!;
  const indices = [...positions(out)].map((at) => {
    const order = Array.from({ length: dims[axis]! }, (_, i) => i);
    return order.sort((i, j) => sign * (element(at, i) - element(at, j)) || i - j)[at[axis]!]!;
  });
  const values = [...positions(out)].map((at, flat) => element(at, indices[flat]!));
  return [make(x!.dtype, out, values), make("int64", out, indices)];
}
