/** Nodes as float64 functions: what table entries are computed from. Compiled kernels, and + - × ÷ of IEEE-754, which are the same bits everywhere. */
import type { Graph, Node } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { type Constants, scalarOf, type UnaryCall, unaryOp } from "./unary-calls.ts";

/** Values of a function at many inputs. */
export type RealFunction = (x: Float64Array) => Float64Array;

/** Numbers that vary with the input, or one constant; undefined for an absent input. */
type Operand = Float64Array | number | undefined;

type Scalar = (...operands: number[]) => number;

/** Arithmetic of any number of operands; an absent one is NaN. */
const ARITHMETIC: Readonly<Record<string, Scalar>> = {
  Add: (a, b) => a! + b!,
  // Clip may lack a bound; a lower one above the upper one loses.
  Clip: (x, low, high) => {
    const raised = Number.isNaN(low) ? x! : Math.max(x!, low!);
    return Number.isNaN(high) ? raised : Math.min(raised, high!);
  },
  Div: (a, b) => a! / b!,
  Identity: (x) => x!,
  Max: (...all) => all.reduce((a, b) => Math.max(a, b)),
  Min: (...all) => all.reduce((a, b) => Math.min(a, b)),
  Mul: (a, b) => a! * b!,
  PRelu: (x, slope) => (x! < 0 ? x! * slope! : x!),
  Relu: (x) => Math.max(x!, 0),
  Sub: (a, b) => a! - b!,
  Sum: (...all) => all.reduce((a, b) => a + b),
};

/** Functions that jump: at 16 bit no table between entries follows them, they have integer ops of their own. */
const JUMPS = ["Ceil", "Floor", "Round", "Shrink", "Sign", "ThresholdedRelu"];

/** Whether the op can be part of a function that becomes one table. */
export function hasRealForm(op: string): boolean {
  return Object.hasOwn(ARITHMETIC, op) || (unaryOp(op) !== undefined && !JUMPS.includes(op));
}

/** Functions that are a few integer operations as well. */
const STRAIGHT = ["Abs", "LeakyRelu", "Neg"];

/** Whether it is done in a few integer operations, so that it needs no table. */
export function isArithmetic(op: string): boolean {
  return Object.hasOwn(ARITHMETIC, op) || STRAIGHT.includes(op);
}

export function callFunction(call: UnaryCall, kernels: Kernels): RealFunction {
  return (x) => kernels.evaluate(call.fn, x, call.alpha, call.beta);
}

function arithmetic(fn: Scalar, operands: readonly Operand[], length: number): Float64Array {
  const at = (operand: Operand, i: number): number =>
    operand === undefined ? Number.NaN : typeof operand === "number" ? operand : operand[i]!;
  return Float64Array.from({ length }, (_, i) => fn(...operands.map((operand) => at(operand, i))));
}

function nodeValues(node: Node, operands: readonly Operand[], constant: Constants, kernels: Kernels) {
  const [first, second] = operands;
  if (node.op === "Pow" && typeof first === "number" && typeof second === "object")
    return kernels.evaluate("power_of", second, first, 0);
  const varying = operands.find((operand) => typeof operand === "object")!;
  const scalar = ARITHMETIC[node.op];
  if (scalar) return arithmetic(scalar, operands, varying.length);
  return callFunction(unaryOp(node.op)!.call(node, constant)!, kernels)(varying);
}

/** The function a body of such nodes computes of its one input. */
export function bodyFunction(body: Graph, kernels: Kernels): RealFunction {
  const constant: Constants = (value) => body.initializers.get(value);
  return (x) => {
    const values = new Map<string, Float64Array>([[body.inputs[0]!.name, x]]);
    for (const node of body.nodes) {
      const operands = node.inputs.map((name) => values.get(name) ?? scalarOf(constant(name)));
      values.set(node.outputs[0]!, nodeValues(node, operands, constant, kernels));
    }
    return values.get(body.outputs[0]!.name)!;
  };
}
