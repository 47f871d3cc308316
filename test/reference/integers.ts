import type { CaseAttributes } from "../../conformance/case.ts";
import { type Tensor, tensor, toNumbers } from "../../core-ts/tensor/tensor.ts";

/** Element types of the cases and how to make a tensor of plain numbers. */
const MAKE = {
  int8: (dims: readonly number[], v: readonly number[]) => tensor("int8", dims, Int8Array.from(v)),
  uint8: (dims: readonly number[], v: readonly number[]) => tensor("uint8", dims, Uint8Array.from(v)),
  int16: (dims: readonly number[], v: readonly number[]) => tensor("int16", dims, Int16Array.from(v)),
  uint16: (dims: readonly number[], v: readonly number[]) => tensor("uint16", dims, Uint16Array.from(v)),
  int32: (dims: readonly number[], v: readonly number[]) => tensor("int32", dims, Int32Array.from(v)),
  int64: (dims: readonly number[], v: readonly number[]) =>
    tensor("int64", dims, BigInt64Array.from(v, BigInt)),
  bool: (dims: readonly number[], v: readonly number[]) => tensor("bool", dims, Uint8Array.from(v)),
  float32: (dims: readonly number[], v: readonly number[]) => tensor("float32", dims, Float32Array.from(v)),
} as const;

export type CaseDType = keyof typeof MAKE;

/** Smallest and largest value of the activation types. */
export const RANGES = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32768, 32767],
  uint16: [0, 65535],
} as const satisfies Partial<Record<CaseDType, readonly [number, number]>>;

export type ActivationDType = keyof typeof RANGES;

const BY_CODE: Readonly<Record<number, ActivationDType>> = { 2: "uint8", 3: "int8", 4: "uint16", 5: "int16" };
export const CODES: Readonly<Record<ActivationDType, number>> = { uint8: 2, int8: 3, uint16: 4, int16: 5 };

export function make(dtype: CaseDType, dims: readonly number[], values: readonly number[]): Tensor {
  const count = dims.reduce((a, b) => a * b, 1);
  if (count !== values.length) throw new Error(`${values.length} values for a tensor of shape [${dims}]`);
  return MAKE[dtype](dims, values);
}

export type { CaseAttributes };

/** What a twin sees: the inputs as plain numbers, the attributes by name. */
export interface Call {
  readonly inputs: readonly {
    readonly dtype: CaseDType;
    readonly dims: readonly number[];
    readonly data: readonly number[];
  }[];
  int(name: string): number;
  ints(name: string): readonly number[];
  string(name: string): string;
  /** The dtype that attribute `to` names. */
  to(): ActivationDType;
}

export function call(inputs: readonly Tensor[], attrs: CaseAttributes): Call {
  const get = (name: string) => {
    const found = attrs[name];
    if (found === undefined) throw new Error(`the case has no attribute ${name}`);
    return found;
  };
  return {
    inputs: inputs.map((t) => ({ dtype: t.dtype as CaseDType, dims: t.dims, data: toNumbers(t) })),
    int: (name) => get(name) as number,
    ints: (name) => get(name) as readonly number[],
    string: (name) => get(name) as string,
    to: () => BY_CODE[get("to") as number]!,
  };
}

/** Row-major positions of a shape. */
export function* positions(dims: readonly number[]): Generator<number[]> {
  const count = dims.reduce((a, b) => a * b, 1);
  for (let flat = 0; flat < count; flat++) {
    const at = new Array<number>(dims.length);
    let rest = flat;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      at[axis] = rest % dims[axis]!;
      rest = Math.floor(rest / dims[axis]!);
    }
    yield at;
  }
}

export function flatIndex(at: readonly number[], dims: readonly number[]): number {
  let flat = 0;
  for (const [axis, dim] of dims.entries()) flat = flat * dim + at[axis]!;
  return flat;
}

/** Index into a tensor of shape `dims` that broadcasts to a result of higher or equal rank. */
export function broadcastIndex(at: readonly number[], dims: readonly number[]): number {
  const skip = at.length - dims.length;
  return flatIndex(
    dims.map((dim, axis) => (dim === 1 ? 0 : at[skip + axis]!)),
    dims,
  );
}

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    return x === 1 ? y : x;
  });
}
