/** Nearest integer, ties to even. */
export function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

const clamp = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x));

/** NaN becomes the smallest level, and no zero is negative. */
export function naiveFakeQuantize(x: number, scale: number, qmin: number, qmax: number): number {
  if (Number.isNaN(x)) return Math.fround(scale * qmin);
  const q = Number.isFinite(x) ? roundHalfEven(x / scale) : x;
  return Math.fround(scale * (clamp(q, qmin, qmax) + 0));
}

export interface Requantizer {
  readonly m: number;
  readonly q1: number;
  readonly q2: number;
  readonly qmin: number;
  readonly qmax: number;
}

/** The formula of spec/fixed-point-ir.md word by word, in integers of any length. */
export function naiveRequantize(acc: number, { m, q1, q2, qmin, qmax }: Requantizer): number {
  const shifted = BigInt(acc) >> BigInt(q1);
  const low = -(2n ** 31n);
  const high = 2n ** 31n - 1n;
  const sat32 = shifted < low ? low : shifted > high ? high : shifted;
  const rounding = q2 === 0 ? 0n : 2n ** BigInt(q2 - 1);
  return clamp(Number((sat32 * BigInt(m) + rounding) >> BigInt(q2)), qmin, qmax);
}

/** Lut16 of docs/fixed-ops.md, with division instead of shifts. */
export function naiveLookup16(x: number, offset: number, fracBits: number, table: ArrayLike<number>): number {
  const cell = 2 ** fracBits;
  const i = Math.floor((x + offset) / cell);
  const f = x + offset - i * cell;
  return table[i]! + Math.floor(((table[i + 1]! - table[i]!) * f + cell / 2) / cell);
}
