/** Scales, weights, biases, multipliers and shifts by the formulas of spec/fixed-point-ir.md and docs/decisions.md, in plain numbers. */
import type { ObserverName } from "../../../../core-ts/observers/index.ts";
import { roundHalfEven } from "../../../core-as/twins/arithmetic.ts";
import { naiveThreshold } from "../thresholds.ts";
import type { Values } from "./network.ts";

export type Bits = 8 | 16;

export interface Settings {
  readonly bits: Bits;
  readonly mode: ObserverName;
  /** Thousandths that `percentile` keeps. */
  readonly permille: number;
}

/** How a value is held as integers. */
export interface Form {
  readonly signed: boolean;
  readonly scale: number;
  readonly qmin: number;
  readonly qmax: number;
}

const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v));
const LEAST_SCALE = 2 ** -126;

export function limits(bits: Bits, signed: boolean): { qmin: number; qmax: number } {
  return signed ? { qmin: -(2 ** (bits - 1)), qmax: 2 ** (bits - 1) - 1 } : { qmin: 0, qmax: 2 ** bits - 1 };
}

/** scale = threshold / qmax as a float32; at 16 bit of twice the threshold; 1 for a value that is always 0. */
export function formOf(seen: readonly number[], signed: boolean, { bits, mode, permille }: Settings): Form {
  const { qmin, qmax } = limits(bits, signed);
  const threshold = naiveThreshold(mode, seen, { levels: qmax, signed, permille }) * (bits === 16 ? 2 : 1);
  const scale = threshold === 0 ? 1 : Math.max(Math.fround(threshold / qmax), LEAST_SCALE);
  return { signed, scale, qmin, qmax };
}

/** The real bounds of a fused activation as integers. */
export function bounds(
  { scale, qmin, qmax }: Form,
  low: number,
  high: number,
): { qmin: number; qmax: number } {
  const integer = (real: number) => clamp(roundHalfEven(clamp(real / scale, qmin, qmax)), qmin, qmax);
  return { qmin: integer(low), qmax: integer(high) };
}

/** m = round(r·2^(q1+q2)) ≤ 32767 for the largest q2 ≤ 31. */
export function multiplier(r: number, q1: number): { m: number; q2: number } {
  const fitting = Array.from({ length: 32 }, (_, q2) => ({ m: roundHalfEven(r * 2 ** (q1 + q2)), q2 }));
  return fitting.filter(({ m }) => m <= 32767).at(-1)!;
}

/** The elements of each output channel: positions in the tensor, kernel after kernel. */
export function channels({ dims }: Values, isMatrix: boolean): { at: number[]; kernel: number }[] {
  if (isMatrix) {
    const [rows, columns] = dims as [number, number];
    return Array.from({ length: columns }, (_, n) => ({
      at: Array.from({ length: rows }, (_, k) => k * columns + n),
      kernel: 1,
    }));
  }
  const each = dims.slice(1).reduce((a, b) => a * b, 1);
  const kernel = dims.slice(2).reduce((a, b) => a * b, 1);
  return Array.from({ length: dims[0]! }, (_, m) => ({
    at: Array.from({ length: each }, (_, i) => m * each + i),
    kernel,
  }));
}

/** As many integers of the group as its errors sum up to go one step their way, those nearest to a tie first. */
function balance(real: readonly number[], q: number[], group: readonly number[], limit: number): void {
  const error = (i: number) => real[i]! - q[i]!;
  const sum = group.reduce((total, i) => total + error(i), 0);
  const way = Math.sign(sum);
  const ready = group.filter((i) => way * error(i) > 0 && Math.abs(q[i]! + way) <= limit);
  ready.sort((a, b) => way * error(b) - way * error(a) || a - b);
  for (const i of ready.slice(0, roundHalfEven(Math.abs(sum)))) q[i] = q[i]! + way;
}

/** Weights of one channel on its scale: to the nearest, then balanced within each kernel and over the channel. */
function roundedChannel(w: readonly number[], scale: number, kernel: number, limit: number): number[] {
  const real = w.map((v) => v / scale);
  const q = real.map((v) => clamp(roundHalfEven(v), -limit, limit));
  const all = q.map((_, i) => i);
  if (kernel > 1)
    for (let k = 0; k < q.length; k += kernel) balance(real, q, all.slice(k, k + kernel), limit);
  balance(real, q, all, limit);
  return q;
}

/** What a layer with weights is stored as. */
export interface Linear {
  readonly w: number[];
  readonly bias: number[];
  readonly m: number[];
  readonly shift: number[];
  readonly q1: number;
  /** Largest Σ|w| of a channel times the largest |x|. */
  readonly largestSum: number;
}

/** Smallest q1 for which what the output's threshold lets through, or what the weights allow, stays below 2^30. */
function firstShift(possible: readonly number[], seen: readonly number[]): number {
  const largest = Math.max(...possible.map((bound, c) => Math.min(bound, seen[c]!)));
  let q1 = 0;
  while (2 * largest >= 2 ** (31 + q1)) q1++;
  return q1;
}

/** One scale per channel: max|w| / (2^(b-1) - 1), or as much more as the bias or the multiplier needs. */
function weightScale(w: readonly number[], bias: number, forms: { x: Form; y: Form; bits: Bits }): number {
  const { x, y, bits } = forms;
  const limit = 2 ** (bits - 1) - 1;
  const largestX = Math.max(-x.qmin, x.qmax);
  const most = bits === 8 ? 2 ** 31 - 1 - w.length * largestX * limit : 2 ** 51;
  const least = Math.max(Math.abs(bias) / (x.scale * most), ((y.scale / x.scale) * 128) / 2 ** 31);
  const plain = Math.max(...w.map(Math.abs)) / limit;
  return Math.max(Math.fround(plain), Math.fround(least * (1 + 2 ** -23)), LEAST_SCALE);
}

export function linear(
  layer: { readonly w: Values; readonly b?: Values | undefined; readonly isMatrix: boolean },
  forms: { readonly x: Form; readonly y: Form; readonly bits: Bits },
): Linear {
  const { x, y, bits } = forms;
  const parts = channels(layer.w, layer.isMatrix).map(({ at, kernel }, c) => {
    const real = at.map((i) => layer.w.data[i]!);
    const scale = weightScale(real, layer.b?.data[c] ?? 0, forms);
    const q = roundedChannel(real, scale, kernel, 2 ** (bits - 1) - 1);
    const sum = q.reduce((total, v) => total + Math.abs(v), 0) * Math.max(-x.qmin, x.qmax);
    return { at, q, scale, sum, bias: roundHalfEven((layer.b?.data[c] ?? 0) / (x.scale * scale)) };
  });
  const w = new Array<number>(layer.w.data.length);
  for (const { at, q } of parts) for (const [k, i] of at.entries()) w[i] = q[k]!;
  const possible = parts.map(({ sum, bias }) => sum + Math.abs(bias));
  const seen = parts.map(({ scale }) => (y.scale * y.qmax) / (x.scale * scale));
  const q1 = bits === 16 ? firstShift(possible, seen) : 0;
  const factors = parts.map(({ scale }) => multiplier((x.scale * scale) / y.scale, q1));
  return {
    ...{ w, q1, bias: parts.map(({ bias }) => bias) },
    m: factors.map(({ m }) => m),
    shift: factors.map(({ q2 }) => q2),
    largestSum: Math.max(...parts.map(({ sum }) => sum)),
  };
}

/** Multipliers of both operands of an Add on one shift, the largest at which both fit. */
export function addition(factors: readonly number[]): { m: number[]; shift: number } {
  const { q2 } = multiplier(Math.max(...factors), 0);
  return { m: factors.map((r) => roundHalfEven(r * 2 ** q2)), shift: q2 };
}

/** Correctly rounded values of a function of the dequantized input: at every input at 8 bit, at 2^10 + 1 of them at 16 bit. */
export function table(fn: (x: number) => number, x: Form, y: Form, bits: Bits): number[] {
  const [step, count] = bits === 8 ? [1, 256] : [64, 1025];
  return Array.from({ length: count }, (_, i) =>
    clamp(roundHalfEven(fn((x.qmin + i * step) * x.scale) / y.scale), y.qmin, y.qmax),
  );
}
