import type { BitWidth } from "../chips/index.ts";
import type { Attribute, Graph, Node } from "../graph/graph.ts";
import type { Kernels } from "../kernels/kernels.ts";
import type { ObserverName } from "../observers/index.ts";
import type { Precision } from "../plan/options.ts";
import type { NodePlan } from "../plan/plan.ts";
import type { KnownWeights } from "../qdq/known.ts";
import type { DescribedWeights } from "../quantize/quantized.ts";
import type { IntType } from "../quantize/scale.ts";
import type { DType } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** What a record may look at before any data are read. */
export interface PlanView {
  readonly graph: Graph;
  readonly bits: BitWidth;
  /** Content of a constant, or undefined for an activation. */
  constant(value: string): Tensor | undefined;
  /** The static shape of a value, or undefined where it depends on the data. */
  dims(value: string): readonly number[] | undefined;
  dtype(value: string): DType | undefined;
}

/** An integer tensor of the model being written. */
export interface IntValue {
  readonly name: string;
  readonly type: IntType;
  readonly scale: number;
}

export type Attributes = Readonly<Record<string, Attribute>>;

/** What a record writes with: integer operands in, nodes and constants out. */
export interface LowerContext extends PlanView {
  readonly plan: Extract<NodePlan, { kind: "integer" }>;
  readonly node: Node;
  readonly kernels: Kernels;
  readonly lutLength: number;
  /** Input i as integers of the node's width; a constant is quantized per tensor. */
  operand(i: number): IntValue;
  /** Output i as integers, named and scaled as the plan says. */
  result(i?: number): IntValue;
  /** Largest |value| output i holds; an accumulator that passes it saturates anyway. */
  largestOutput(i?: number): number;
  /** Largest |value| calibration saw at input i; undefined where the input has no statistics of its own. */
  largestInput(i: number): number | undefined;
  /** Saturation bounds of output 0: its type's, narrowed by a fused activation. */
  range(): { readonly qmin: number; readonly qmax: number };
  /** The same as attributes qmin, qmax and `to`, the dtype number. */
  bounds(): Attributes;
  /** Adds real constants as integers of the node's width, symmetric, one scale for the tensor. */
  quantizedConstant(role: string, values: Float32Array, dims: readonly number[]): IntValue;
  /** Adds an initializer named after the node and returns its name. */
  constantTensor(role: string, value: Tensor): string;
  /** What a QDQ model says of this node's weights. */
  readonly knownWeights: KnownWeights | undefined;
  /** Says what the integers of this node's weights stand for: the integer graph itself does not, the QDQ form needs it. */
  describeWeights(weights: DescribedWeights): void;
  /** Adds the integer node that stands for the float one. */
  emit(op: string, inputs: readonly string[], attrs: Attributes): void;
  /** The same for an op of `count` outputs, which all must have names: those the float node leaves out get names nobody reads. */
  emitAll(op: string, inputs: readonly string[], attrs: Attributes, count: number): void;
  /** Adds a standard ONNX node that stands for the float one; attributes default to the float node's. */
  emitStandard(inputs: readonly string[], attrs?: Attributes): void;
  /** `from` on the scale and type `to` has, through a Requantize node if they differ; returns its name. */
  requantized(from: IntValue, to: IntValue, role: string): string;
  /** A sentence for the user: this node loses precision. */
  warn(message: string): void;
}

export type OutputKind = "own" | "shared" | "first" | "index";

/**
 * Everything the quantizer knows of one ONNX op. `operands` are the positions of data inputs; other inputs (axes, pads, ...) must be constants
 * and pass through. A node whose operands are not float32, or that `refuse`s, stays float.
 */
export interface OpRecord {
  operands(node: Node): readonly number[];
  /** Whether each output gets its own scale, shares operand 0's or output 0's ("first"), or is no quantized value (an index, a truth value). */
  readonly output: OutputKind;
  /** The same for the outputs behind the first, all or each; absent: as the first. */
  readonly otherOutputs?: OutputKind | readonly OutputKind[];
  /** Positions of operands and outputs that are 16 bit at any width of the node: what a state carries from step to step. */
  readonly wide?: { readonly operands: readonly number[]; readonly outputs: readonly number[] };
  /** What must hold for a node to become integer, in words for docs/operators.md; absent: nothing but float32 operands and known shapes. */
  readonly conditions?: readonly string[];
  /**
   * Rules 5 to 8 of the manual's mixed precision. "bound": the op, its producers and its readers have one width (recurrent ops, normalisation);
   * "unmixed": the op itself has no mixed form, so the same holds for it, but not for a Concat that joins it. Absent: any neighbours.
   */
  readonly neighbours?: "bound" | "unmixed";
  /**
   * Operands arrive in the output at their own magnitude, so that one of a small range is lost on the scale of a large one: "values" as they are (Concat,
   * Max, Where), "sums" added up (Add). Absent: magnitudes of operands and output have nothing to do with each other.
   */
  readonly joins?: "values" | "sums";
  /** A node whose output leaves its operand's range, so that it gets a scale of its own although `output` is "shared" (cubic Resize overshoots). */
  leavesRange?(node: Node): boolean;
  /** The observer of a node's own outputs; absent: the one its precision names. */
  observer?(node: Node, view: PlanView, precision: Precision): ObserverName;
  /** It does no arithmetic at all: between float ops it would be quantized for nothing. */
  readonly onlyMoves?: boolean;
  /** Whether a following Relu or Clip becomes this op's saturation bounds. */
  readonly absorbsActivation: boolean;
  /** Why this node can't be integer, or undefined when it can. */
  refuse?(node: Node, view: PlanView): string | undefined;
  /** Whether output values can't be negative; without it: shared outputs inherit, own ones may be negative. */
  nonNegative?(node: Node, view: PlanView, operands: readonly boolean[]): boolean;
  lower(ctx: LowerContext): void;
}

/** What output i of a node is. */
export function outputKind(record: OpRecord, node: Node, i = 0): OutputKind {
  const others = [record.otherOutputs ?? record.output].flat();
  const kind = i === 0 ? record.output : others[Math.min(i, others.length) - 1]!;
  return kind === "shared" && record.leavesRange?.(node) ? "own" : kind;
}

export const firstOperand = (): readonly number[] => [0];
export const allOperands = (node: Node): readonly number[] => node.inputs.map((_, i) => i);
export const everyOperand = (_node: Node, _view: PlanView, operands: readonly boolean[]): boolean =>
  operands.every(Boolean);

/** Sentence for an input that has to be constant and is not. */
export function notConstant(node: Node, i: number, what: string): string {
  return `its ${what} ("${node.inputs[i]}") is computed at run time; only a constant ${what} is supported`;
}
