/**
 * Unary functions that can become a table, and the number each has in core-as/unary.ts. The meaning of `alpha` and
 * `beta` is the ONNX op's (hard_sigmoid: alpha·x + beta; selu: alpha and gamma; shrink: lambd and bias; swish: x·sigmoid(alpha·x)); power is
 * x^alpha, power_of alpha^x; the others ignore them. Outside of its domain a function takes the value at the border: log, sqrt and broken powers
 * of negative numbers that at 0, asin that at ±1, ...
 */
export const UNARY_CODES = {
  sigmoid: 0,
  tanh: 1,
  hard_sigmoid: 2,
  hard_swish: 3,
  leaky_relu: 4,
  exp: 5,
  log: 6,
  sqrt: 7,
  reciprocal: 8,
  erf: 9,
  elu: 10,
  selu: 11,
  celu: 12,
  softplus: 13,
  softsign: 14,
  gelu: 15,
  gelu_tanh: 16,
  swish: 17,
  mish: 18,
  thresholded_relu: 19,
  abs: 20,
  neg: 21,
  sign: 22,
  floor: 23,
  ceil: 24,
  round: 25,
  power: 26,
  power_of: 27,
  shrink: 28,
  sin: 29,
  cos: 30,
  tan: 31,
  asin: 32,
  acos: 33,
  atan: 34,
  sinh: 35,
  cosh: 36,
  asinh: 37,
  acosh: 38,
  atanh: 39,
} as const;

export type UnaryFunction = keyof typeof UNARY_CODES;
