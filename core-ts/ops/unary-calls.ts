import { floatAttr, stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import type { UnaryFunction } from "../kernels/kernels.ts";
import { elementCount, type Tensor, toNumbers } from "../tensor/tensor.ts";

/** A kernel function and its parameters. */
export interface UnaryCall {
  readonly fn: UnaryFunction;
  readonly alpha: number;
  readonly beta: number;
}

export type Constants = (value: string) => Tensor | undefined;

interface UnaryOp {
  /** What the node computes of its input 0; undefined when it is no such function. */
  call(node: Node, constant: Constants): UnaryCall | undefined;
  /** Whether the result can't be negative. */
  readonly nonNegative?: boolean;
}

function named(fn: UnaryFunction, nonNegative = false): UnaryOp {
  return { call: () => ({ fn, alpha: 0, beta: 0 }), nonNegative };
}

/** A function with attributes; the defaults are ONNX's. */
function parametric(
  fn: UnaryFunction,
  alpha: readonly [string, number],
  beta?: readonly [string, number],
): UnaryOp {
  const read = (node: Node, attribute?: readonly [string, number]) =>
    attribute ? floatAttr(node, ...attribute) : 0;
  return { call: (node) => ({ fn, alpha: read(node, alpha), beta: read(node, beta) }) };
}

/** The one number of a constant of one element. */
export function scalarOf(t: Tensor | undefined): number | undefined {
  return t !== undefined && t.dtype !== "string" && elementCount(t.dims) === 1 ? toNumbers(t)[0] : undefined;
}

/** x^c; the exponents that have a function of their own take it, so that they get its special forms too. */
function power(node: Node, constant: Constants): UnaryCall | undefined {
  const alpha = scalarOf(constant(node.inputs[1]!));
  if (alpha === undefined) return undefined;
  const fn = alpha === 0.5 ? "sqrt" : alpha === -1 ? "reciprocal" : "power";
  return { fn, alpha, beta: 0 };
}

function gelu(node: Node): UnaryCall {
  const isTanh = stringAttr(node, "approximate", "none") === "tanh";
  return { fn: isTanh ? "gelu_tanh" : "gelu", alpha: 0, beta: 0 };
}

/** Standard ops that are functions of one number. */
export const UNARY_OPS = {
  Abs: named("abs", true),
  Acos: named("acos", true),
  Acosh: named("acosh", true),
  Asin: named("asin"),
  Asinh: named("asinh"),
  Atan: named("atan"),
  Atanh: named("atanh"),
  Ceil: named("ceil"),
  Celu: parametric("celu", ["alpha", 1]),
  Cos: named("cos"),
  Cosh: named("cosh", true),
  Elu: parametric("elu", ["alpha", 1]),
  Erf: named("erf"),
  Exp: named("exp", true),
  Floor: named("floor"),
  Gelu: { call: gelu },
  HardSigmoid: { ...parametric("hard_sigmoid", ["alpha", 0.2], ["beta", 0.5]), nonNegative: true },
  HardSwish: named("hard_swish"),
  LeakyRelu: parametric("leaky_relu", ["alpha", 0.01]),
  Log: named("log"),
  Mish: named("mish"),
  Neg: named("neg"),
  Pow: { call: power },
  Reciprocal: named("reciprocal"),
  Round: named("round"),
  Selu: parametric("selu", ["alpha", 1.6732631921768188], ["gamma", 1.0507010221481323]),
  Shrink: parametric("shrink", ["lambd", 0.5], ["bias", 0]),
  Sigmoid: named("sigmoid", true),
  Sign: named("sign"),
  Sin: named("sin"),
  Sinh: named("sinh"),
  Softplus: named("softplus", true),
  Softsign: named("softsign"),
  Sqrt: named("sqrt", true),
  Tan: named("tan"),
  Tanh: named("tanh"),
  ThresholdedRelu: parametric("thresholded_relu", ["alpha", 1]),
} as const satisfies Record<string, UnaryOp>;

export type UnaryOpName = keyof typeof UNARY_OPS;

export function unaryOp(op: string): UnaryOp | undefined {
  return Object.hasOwn(UNARY_OPS, op) ? UNARY_OPS[op as UnaryOpName] : undefined;
}
