/** 2^n for an integer n in [-1022, 1023], exact: its bits are set, since the language only promises an approximation of `**`. */
export function powerOfTwo(n: number): number {
  return new Float64Array(BigUint64Array.of(BigInt(n + 1023) << 52n).buffer)[0]!;
}
