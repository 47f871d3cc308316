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
function fixedErf(x: number): bigint {
  const fixed = toFixed(x);
  const square = (fixed * fixed) >> BITS;
  let sum = 0n;
  let term = fixed;
  for (let n = 0n; term !== 0n; n++) {
    sum += term / (2n * n + 1n);
    term = -((term * square) >> BITS) / (n + 1n);
  }
  return (sum * TWO_OVER_SQRT_PI) >> BITS;
}

export function preciseErf(x: number): number {
  return toNumber(fixedErf(x));
}

const SQRT_TWO_OVER_PI = 0.7978845608028654;

/** erfc(a) for 0 <= a <= 8: what is left of 1, of 400 bits. */
function preciseErfc(a: number): number {
  return toNumber(ONE - fixedErf(a));
}

/** x·Φ(x) */
function gelu(x: number): number {
  const a = x * Math.SQRT1_2;
  return a > 0 ? 0.5 * x * (1 + preciseErf(Math.min(a, 8))) : a < -8 ? 0 : 0.5 * x * preciseErfc(-a);
}

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const sigmoid = (x: number): number => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));

const clamp1 = (x: number): number => Math.max(-1, Math.min(1, x));

function roundHalfEven(x: number): number {
  const up = Math.round(x);
  return up - x === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/** The functions by their definitions, on the engine's Math, erf apart; outside of its domain a function takes the value at the border. */
export const DEFINITIONS: Record<UnaryFunction, (x: number, alpha: number, beta: number) => number> = {
  sigmoid,
  tanh: Math.tanh,
  hard_sigmoid: (x, alpha, beta) => Math.max(0, Math.min(1, alpha * x + beta)),
  hard_swish: (x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
  leaky_relu: (x, alpha) => (x < 0 ? alpha * x : x),
  exp: Math.exp,
  log: (x) => Math.log(Math.max(x, 0)),
  sqrt: (x) => Math.sqrt(Math.max(x, 0)),
  reciprocal: (x) => 1 / x,
  erf: preciseErf,
  elu: (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x),
  selu: (x, alpha, gamma) => gamma * (x < 0 ? alpha * Math.expm1(x) : x),
  celu: (x, alpha) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  gelu,
  gelu_tanh: (x) => x * sigmoid(2 * SQRT_TWO_OVER_PI * (x + 0.044715 * x ** 3)),
  swish: (x, alpha) => x * sigmoid(alpha * x),
  mish: (x) => x * Math.tanh(softplus(x)),
  thresholded_relu: (x, alpha) => (x > alpha ? x : 0),
  abs: Math.abs,
  neg: (x) => -x,
  sign: Math.sign,
  floor: Math.floor,
  ceil: Math.ceil,
  round: roundHalfEven,
  power: (x, alpha) => (Number.isInteger(alpha) ? x : Math.max(x, 0)) ** alpha,
  power_of: (x, alpha) => alpha ** x,
  shrink: (x, lambd, bias) => (x < -lambd ? x + bias : x > lambd ? x - bias : 0),
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
  asin: (x) => Math.asin(clamp1(x)),
  acos: (x) => Math.acos(clamp1(x)),
  atan: Math.atan,
  sinh: Math.sinh,
  cosh: Math.cosh,
  asinh: Math.asinh,
  acosh: (x) => Math.acosh(Math.max(x, 1)),
  atanh: (x) => Math.atanh(clamp1(x)),
};
