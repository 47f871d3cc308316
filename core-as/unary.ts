// Unary functions by the numbers of core-ts/kernels/unary.ts. To add one: a case here, a line there.
import { erf } from "./erf";

@inline const LOG: i32 = 6;
@inline const SQRT: i32 = 7;

function sigmoid(x: f64): f64 {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

@inline
function clip01(x: f64): f64 {
  return max(0.0, min(1.0, x));
}

export function unary(fn: i32, x: f64, alpha: f64, beta: f64): f64 {
  switch (fn) {
    case 0: return sigmoid(x);
    case 1: return Math.tanh(x);
    case 2: return clip01(alpha * x + beta);
    case 3: return x * clip01(x / 6 + 0.5);
    case 4: return x < 0 ? alpha * x : x;
    case 5: return Math.exp(x);
    case LOG: return Math.log(x);
    case SQRT: return Math.sqrt(x);
    case 8: return 1 / x;
    case 9: return erf(x);
    default: return NaN;
  }
}

/** Replaces each element of f64[n] at ptr by its function value. */
export function evaluate(ptr: usize, n: i32, fn: i32, alpha: f64, beta: f64): void {
  for (let end = ptr + (<usize>n << 3); ptr < end; ptr += 8) {
    store<f64>(ptr, unary(fn, load<f64>(ptr), alpha, beta));
  }
}

/** Writes i32[count] at out: round half even(fn((first + i·step)·scaleIn) / scaleOut), saturated. */
export function buildTable(
  out: usize, fn: i32, alpha: f64, beta: f64, scaleIn: f64, first: f64, step: f64, count: i32,
  scaleOut: f64, qmin: f64, qmax: f64,
): void {
  const halfLine = fn == LOG || fn == SQRT;
  for (let i = 0; i < count; i++) {
    const x = (first + <f64>i * step) * scaleIn;
    const y = nearest(unary(fn, halfLine ? max(x, 0.0) : x, alpha, beta) / scaleOut);
    store<i32>(out + (<usize>i << 2), <i32>max(qmin, min(qmax, y)));
  }
}
