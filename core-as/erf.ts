// The error function from its two classical expansions (Abramowitz & Stegun 7.1.6 and 7.1.14).

const TWO_OVER_SQRT_PI: f64 = 1.1283791670955126;
const ONE_OVER_SQRT_PI: f64 = 0.5641895835477563;
/** Below, the series takes at most some 25 terms; above, FRACTIONS leave an error under 1e-17, and 1 - erfc hides the rounding of erfc. */
const SPLIT: f64 = 1.5;
const FRACTIONS: i32 = 100;

/** exp(-a²); a² is split so that its rounding error does not reach the result. */
function gaussian(a: f64): f64 {
  const high = reinterpret<f64>(reinterpret<u64>(a) & 0xFFFFFFFFF8000000);
  return Math.exp(-high * high) * Math.exp(-(a - high) * (a + high));
}

/** 2/√π · exp(-a²) · Σ 2^n·a^(2n+1) / (1·3···(2n+1)): all terms positive, no cancellation. */
function series(a: f64): f64 {
  let term = a, sum = a;
  const twice = 2 * a * a;
  for (let odd = 3.0; term > sum * 1e-17; odd += 2) {
    term *= twice / odd;
    sum += term;
  }
  return TWO_OVER_SQRT_PI * gaussian(a) * sum;
}

/** exp(-a²)/√π · 1/(a + (1/2)/(a + (2/2)/(a + (3/2)/(a + ...)))) */
function complement(a: f64): f64 {
  let tail = a;
  for (let k = FRACTIONS; k > 0; k--) tail = a + 0.5 * <f64>k / tail;
  return ONE_OVER_SQRT_PI * gaussian(a) / tail;
}

/** Relative error below 1e-15. */
export function erf(x: f64): f64 {
  const a = abs(x);
  if (!(a > 0)) return x;
  const value = a < SPLIT ? series(a) : a < 6 ? 1 - complement(a) : 1;
  return copysign(value, x);
}

/** 1 - erf(x), small values in full: relative error below 5e-15. */
export function erfc(x: f64): f64 {
  return x < SPLIT ? 1 - erf(x) : x < 28 ? complement(x) : 0;
}
