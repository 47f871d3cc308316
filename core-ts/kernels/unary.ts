/**
 * Unary functions that can become a table, and the number each has in core-as/unary.ts. The meaning of `alpha` and
 * `beta` is the ONNX op's (hard_sigmoid: alpha·x + beta; leaky_relu: alpha); the others ignore them.
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
} as const;

export type UnaryFunction = keyof typeof UNARY_CODES;
