// Unary functions by the numbers of core-ts/kernels/unary.ts. To add one: a case here, a line there.
import { clip01, elu, gelu, geluTanh, mish, sigmoid, softplus, softsign, swish } from "./activations";
import { erf } from "./erf";

/** A negative x has no power that is not whole; like log and sqrt it takes the value at 0. */
function power(x: f64, exponent: f64): f64 {
  return Math.pow(x < 0 && Math.floor(exponent) != exponent ? 0 : x, exponent);
}

@inline
function sign(x: f64): f64 {
  return x > 0 ? 1 : x < 0 ? -1 : 0;
}

/** Codes 0 to 9, and others that are not smooth. */
function basic(fn: i32, x: f64, alpha: f64, beta: f64): f64 {
  switch (fn) {
    case 0: return sigmoid(x);
    case 1: return Math.tanh(x);
    case 2: return clip01(alpha * x + beta);
    case 3: return x * clip01(x / 6 + 0.5);
    case 4: return x < 0 ? alpha * x : x;
    case 5: return Math.exp(x);
    case 6: return Math.log(max(x, 0.0));
    case 7: return Math.sqrt(max(x, 0.0));
    case 8: return 1 / x;
    case 9: return erf(x);
    default: return NaN;
  }
}

/** Codes 10 to 19. */
function activation(fn: i32, x: f64, alpha: f64, beta: f64): f64 {
  switch (fn) {
    case 10: return elu(x, alpha);
    case 11: return beta * elu(x, alpha);
    case 12: return x < 0 ? alpha * Math.expm1(x / alpha) : x;
    case 13: return softplus(x);
    case 14: return softsign(x);
    case 15: return gelu(x);
    case 16: return geluTanh(x);
    case 17: return swish(x, alpha);
    case 18: return mish(x);
    case 19: return x > alpha ? x : 0;
    default: return NaN;
  }
}

/** Codes 20 to 28. */
function rounding(fn: i32, x: f64, alpha: f64, beta: f64): f64 {
  switch (fn) {
    case 20: return abs(x);
    case 21: return -x;
    case 22: return sign(x);
    case 23: return floor(x);
    case 24: return ceil(x);
    case 25: return nearest(x);
    case 26: return power(x, alpha);
    case 27: return Math.pow(alpha, x);
    case 28: return x < -alpha ? x + beta : x > alpha ? x - beta : 0;
    default: return NaN;
  }
}

/** Codes 29 to 40; outside of its domain a function takes the value at the border. */
function circular(fn: i32, x: f64): f64 {
  switch (fn) {
    case 29: return Math.sin(x);
    case 30: return Math.cos(x);
    case 31: return Math.tan(x);
    case 32: return Math.asin(max(-1.0, min(1.0, x)));
    case 33: return Math.acos(max(-1.0, min(1.0, x)));
    case 34: return Math.atan(x);
    case 35: return Math.sinh(x);
    case 36: return Math.cosh(x);
    case 37: return Math.asinh(x);
    case 38: return Math.acosh(max(x, 1.0));
    case 39: return Math.atanh(max(-1.0, min(1.0, x)));
    default: return NaN;
  }
}

export function unary(fn: i32, x: f64, alpha: f64, beta: f64): f64 {
  if (fn < 10) return basic(fn, x, alpha, beta);
  if (fn < 20) return activation(fn, x, alpha, beta);
  return fn < 29 ? rounding(fn, x, alpha, beta) : circular(fn, x);
}

/** Replaces each element of f64[n] at ptr by its function value. */
export function evaluate(ptr: usize, n: i32, fn: i32, alpha: f64, beta: f64): void {
  for (let end = ptr + (<usize>n << 3); ptr < end; ptr += 8) {
    store<f64>(ptr, unary(fn, load<f64>(ptr), alpha, beta));
  }
}
