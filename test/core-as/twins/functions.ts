import type { UnaryFunction } from "../../../core-ts/kernels/kernels.ts";

/** Fixed-point numbers with this many fractional bits. */
const BITS = 400n;
const ONE = 1n << BITS;

function toFixed(x: number): bigint {
  let exponent = 0;
  let mantissa = x;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent++;
  }
  return (BigInt(mantissa) << BITS) >> BigInt(exponent);
}

function toNumber(x: bigint): number {
  // 80 leading bits are kept, more than a float64 holds.
  const length = BigInt((x < 0n ? -x : x).toString(2).length);
  const drop = length > 80n ? length - 80n : 0n;
  return Number(x >> drop) * 2 ** Number(drop - BITS);
}

/** π by Machin's formula. */
function pi(): bigint {
  const arctan = (n: bigint) => {
    let sum = 0n;
    let power = ONE / n;
    for (let k = 1n, sign = 1n; power !== 0n; k += 2n, sign = -sign) {
      sum += (sign * power) / k;
      power /= n * n;
    }
    return sum;
  };
  return 16n * arctan(5n) - 4n * arctan(239n);
}

function squareRoot(x: bigint): bigint {
  const target = x << BITS;
  let guess = 1n << (BigInt(target.toString(2).length + 1) / 2n);
  for (;;) {
    const next = (guess + target / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

const TWO_OVER_SQRT_PI = (2n * ONE * ONE) / squareRoot(pi());

/** 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1)), its cancellation paid for by 400 bits; |x| <= 8. */
export function preciseErf(x: number): number {
  const fixed = toFixed(x);
  const square = (fixed * fixed) >> BITS;
  let sum = 0n;
  let term = fixed;
  for (let n = 0n; term !== 0n; n++) {
    sum += term / (2n * n + 1n);
    term = -((term * square) >> BITS) / (n + 1n);
  }
  return toNumber((sum * TWO_OVER_SQRT_PI) >> BITS);
}

/** The functions by their definitions, on the engine's Math; erf apart. */
export const DEFINITIONS: Record<UnaryFunction, (x: number, alpha: number, beta: number) => number> = {
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  hard_sigmoid: (x, alpha, beta) => Math.max(0, Math.min(1, alpha * x + beta)),
  hard_swish: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
  leaky_relu: (x, alpha) => (x < 0 ? alpha * x : x),
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  reciprocal: (x) => 1 / x,
  erf: preciseErf,
};
