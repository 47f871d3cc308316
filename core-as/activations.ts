// Activations of neural networks, each written so that no difference of nearly equal numbers costs digits.
import { erfc } from "./erf";

@inline const SQRT_HALF: f64 = 0.7071067811865476;
@inline const SQRT_TWO_OVER_PI: f64 = 0.7978845608028654;

export function sigmoid(x: f64): f64 {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

@inline
export function clip01(x: f64): f64 {
  return max(0.0, min(1.0, x));
}

/** alpha·(exp(x) - 1) below 0. */
export function elu(x: f64, alpha: f64): f64 {
  return x < 0 ? alpha * Math.expm1(x) : x;
}

/** log(1 + exp(x)) */
export function softplus(x: f64): f64 {
  return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
}

export function softsign(x: f64): f64 {
  return abs(x) < Infinity ? x / (1 + abs(x)) : copysign<f64>(1, x);
}

/** 0 · x, not NaN, where the gate has closed at x = -Inf. */
@inline
function gated(x: f64, gate: f64): f64 {
  return gate == 0 ? copysign<f64>(0, x) : x * gate;
}

/** x·Φ(x) with Φ(x) = erfc(-x/√2)/2 */
export function gelu(x: f64): f64 {
  return gated(x, 0.5 * erfc(-x * SQRT_HALF));
}

/** x/2·(1 + tanh(u)) = x·sigmoid(2u) with u = √(2/π)·(x + 0.044715·x³) */
export function geluTanh(x: f64): f64 {
  return gated(x, sigmoid(2 * SQRT_TWO_OVER_PI * (x + 0.044715 * x * x * x)));
}

export function swish(x: f64, alpha: f64): f64 {
  return gated(x, sigmoid(alpha * x));
}

/** x·tanh(log(1 + exp(x))); the tangent is (t² + 2t)/(t² + 2t + 2) with t = exp(x). */
export function mish(x: f64): f64 {
  const e = Math.exp(-abs(x));
  return gated(x, x > 0 ? (1 + 2 * e) / (1 + 2 * e + 2 * e * e) : (e * e + 2 * e) / (e * e + 2 * e + 2));
}
