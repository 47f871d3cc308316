import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { broadcastIndex, type Call, flatIndex, make, positions } from "../integers.ts";
import { integerRoot, roundShift } from "../requantize.ts";

const floorDivide = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
};

/** floor(d·r·2^-(e+3) + 1/2) of every element of a row. */
function normalizedRow(row: readonly bigint[], epsilon: bigint): bigint[] {
  const squares = row.reduce((sum, d) => sum + d * d, epsilon);
  const w = squares > 1n ? squares : 1n;
  let e = 0n;
  while (w >= 4n ** (e + 1n)) e++;
  const root = integerRoot(w * 4n ** (25n - e));
  const reciprocal = 2n ** 50n / root;
  return row.map((d) => (d * reciprocal + (1n << (e + 2n))) >> (e + 3n));
}

function centeredRow(row: readonly bigint[], fraction: bigint): bigint[] {
  const n = BigInt(row.length);
  const fine = row.map((x) => x << fraction);
  const mean = floorDivide(2n * fine.reduce((a, b) => a + b, 0n) + n, 2n * n);
  return fine.map((x) => x - mean);
}

interface Rows {
  /** Number of the row each element belongs to, by its position. */
  rowOf(at: readonly number[]): number;
  /** Index of an element's multiplier, bias and shift. */
  parameterOf(at: readonly number[]): number;
  /** N of every element of a row. */
  normalized(row: readonly bigint[]): readonly bigint[];
}

function normalize(call: Call, { rowOf, parameterOf, normalized }: Rows): Tensor {
  const [x, multiplier, bias, shift] = call.inputs;
  const all = [...positions(x!.dims)];
  const members = new Map<number, number[]>();
  for (const [flat, at] of all.entries()) {
    const row = rowOf(at);
    members.set(row, [...(members.get(row) ?? []), flat]);
  }
  const out = new Array<number>(x!.data.length);
  for (const flats of members.values()) {
    const row = flats.map((flat) => BigInt(x!.data[flat]!));
    for (const [k, n] of normalized(row).entries()) {
      const flat = flats[k]!;
      const at = parameterOf(all[flat]!);
      const sum = n * BigInt(multiplier!.data[at]!) + BigInt(bias!.data[at]!);
      out[flat] = roundShift(call, sum, BigInt(shift!.data[at]!));
    }
  }
  return make(call.to(), x!.dims, out);
}

const plain = (call: Call) => (row: readonly bigint[]) => normalizedRow(row, BigInt(call.int("epsilon")));
const withoutMean = (call: Call) => (row: readonly bigint[]) =>
  normalizedRow(centeredRow(row, BigInt(call.int("mean_bits"))), BigInt(call.int("epsilon")));

/** floor((2·x·2^22 + A) / 2A) of every element of a row. */
function sharesOfSum(row: readonly bigint[]): bigint[] {
  const sum = row.reduce((total, x) => total + (x < 0n ? -x : x), 0n);
  const a = sum > 1n ? sum : 1n;
  return row.map((x) => floorDivide(2n * x * 2n ** 22n + a, 2n * a));
}

/** Rows along the axes `axes`. */
function rowsTwin(normalized: (call: Call) => Rows["normalized"]): (call: Call) => Tensor {
  return (call) => {
    const [x, multiplier] = call.inputs;
    const axes = new Set(call.ints("axes").map((axis) => (axis + x!.dims.length) % x!.dims.length));
    const kept = x!.dims.map((dim, axis) => (axes.has(axis) ? 1 : dim));
    const rowOf = (at: readonly number[]) =>
      flatIndex(
        at.map((i, axis) => (axes.has(axis) ? 0 : i)),
        kept,
      );
    const parameterOf = (at: readonly number[]) => broadcastIndex(at, multiplier!.dims);
    return normalize(call, { rowOf, parameterOf, normalized: normalized(call) });
  };
}

/** docs/fixed-ops.md, LayerNormalization. */
export const layersTwin = rowsTwin(withoutMean);
/** docs/fixed-ops.md, RmsNormalization. */
export const rmsTwin = rowsTwin(plain);
/** docs/fixed-ops.md, L1Normalization. */
export const l1Twin = rowsTwin(() => sharesOfSum);

/** docs/fixed-ops.md, GroupNormalization. */
export function groupsTwin(call: Call): Tensor {
  const channels = call.inputs[0]!.dims[1]!;
  const groups = call.int("num_groups");
  return normalize(call, {
    rowOf: ([sample, channel]) => sample! * groups + Math.floor(channel! / (channels / groups)),
    parameterOf: (at) => at[1]!,
    normalized: withoutMean(call),
  });
}
