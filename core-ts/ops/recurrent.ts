/** What RNN, GRU and LSTM have in common (docs/fixed-ops.md, Recurrent ops). */
import { attr, floatAttr, intAttr, stringAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { offsetOf } from "../quantize/linear.ts";
import { chooseMultipliers, type IntType, intType, quantizeValue } from "../quantize/scale.ts";
import { elementCount, type Tensor, tensor, toNumbers } from "../tensor/tensor.ts";
import { MAX_TERMS } from "./conv.ts";
import { gateFunctions } from "./gate-function.ts";
import { type Attributes, type IntValue, type LowerContext, notConstant, type PlanView } from "./record.ts";
import { integerTensor } from "./table.ts";

export const RECURRENT_CONDITIONS = [
  "constant W, R, B and P, static shapes",
  "activations: Sigmoid, Tanh, Relu, HardSigmoid, LeakyRelu, Elu, Softsign, Softplus, ThresholdedRelu, the same in both directions",
  "sums of at most 32768 terms",
] as const;

const DIRECTIONS: Readonly<Record<string, readonly number[]>> = {
  forward: [0],
  reverse: [1],
  bidirectional: [0, 1],
};

/** 1 for each direction that runs backwards; undefined for one ONNX does not know. */
const reversedOf = (node: Node): readonly number[] | undefined =>
  DIRECTIONS[stringAttr(node, "direction", "forward").toLowerCase()];

/** x and the initial states, where there are any. */
export const recurrentOperands =
  (...states: readonly number[]) =>
  (node: Node): readonly number[] =>
    [0, ...states].filter((i) => i === 0 || Boolean(node.inputs[i]));

/** Why a recurrent node can't be integer. `constants` are the inputs that hold weights. */
export function refuseRecurrent(
  node: Node,
  view: PlanView,
  spec: { readonly activations: readonly string[]; readonly constants: Readonly<Record<number, string>> },
): string | undefined {
  for (const [i, what] of Object.entries(spec.constants)) {
    const name = node.inputs[Number(i)];
    if (name && view.constant(name)?.dtype !== "float32") return notConstant(node, Number(i), what);
  }
  if (view.dims(node.inputs[0]!)?.length !== 3)
    return "the shape of its input is not known before the model runs";
  if (intAttr(node, "layout", 0) !== 0) return "its batch comes first (layout 1)";
  if (!reversedOf(node)) return `its direction is ${stringAttr(node, "direction", "")}`;
  const functions = gateFunctions(node, spec.activations);
  if (typeof functions === "string") return functions;
  const terms = Math.max(...[1, 2].map((i) => view.constant(node.inputs[i]!)!.dims[2]!));
  return terms > MAX_TERMS
    ? `its gates sum ${terms} products; the accumulator holds at most ${MAX_TERMS}`
    : undefined;
}

/** What the attribute `clip` bounds |x| of every gate's function by. */
export const clipOf = (node: Node): number => floatAttr(node, "clip", Number.POSITIVE_INFINITY);

/** Shape of a recurrent node. */
export interface RecurrentSizes {
  readonly steps: number;
  readonly samples: number;
  readonly directions: number;
  readonly hidden: number;
}

export function sizesOf(ctx: LowerContext): RecurrentSizes {
  const [steps, samples] = ctx.dims(ctx.node.inputs[0]!)!;
  const [directions, , hidden] = ctx.constant(ctx.node.inputs[2]!)!.dims;
  return { steps: steps!, samples: samples!, directions: directions!, hidden: hidden! };
}

/** A constant input as numbers, or `count` zeros where it is absent. */
export function numbersAt(ctx: LowerContext, i: number, count: number): Float64Array {
  const found = ctx.node.inputs[i] ? ctx.constant(ctx.node.inputs[i]) : undefined;
  return found ? Float64Array.from(toNumbers(found)) : new Float64Array(count);
}

/** Input B, [D, 2G], as the biases of W and of R, D·G values each. */
export function biases(ctx: LowerContext, directions: number, rows: number): [Float64Array, Float64Array] {
  const all = numbersAt(ctx, 3, 2 * directions * rows);
  const part = (offset: number) =>
    Float64Array.from(
      { length: directions * rows },
      (_, i) => all[Math.floor(i / rows) * 2 * rows + offset + (i % rows)]!,
    );
  return [part(0), part(rows)];
}

/** Multipliers and shift of several positive factors, as NAME_multiplier and NAME_shift. */
export function factorInputs(ctx: LowerContext, name: string, factors: readonly number[]): string[] {
  const { m, shift } = chooseMultipliers(factors, ctx.node.name);
  return [
    ctx.constantTensor(`${name}_multiplier`, tensor("int16", [m.length], Int16Array.from(m))),
    ctx.constantTensor(`${name}_shift`, tensor("int8", [1], Int8Array.of(shift))),
  ];
}

/** States of other calls may pass what one call made by as much. */
const SLACK = 1.25;

const largestIn = (t: Tensor): number => toNumbers(t).reduce((most, v) => Math.max(most, Math.abs(v)), 0);

function quantizedState(t: Tensor, scale: number, type: IntType): Tensor {
  return integerTensor(
    type,
    t.dims,
    toNumbers(t).map((v) => quantizeValue(v, scale, type)),
  );
}

/** An initial state on this grid: requantized, or a constant there; zeros where it is absent. */
export function initialState(
  ctx: LowerContext,
  i: number,
  grid: { readonly type: IntType; readonly scale: number },
): string {
  const { samples, directions, hidden } = sizesOf(ctx);
  const role = i === 5 ? "initial_h" : "initial_c";
  const value = ctx.node.inputs[i];
  const dims = [directions, samples, hidden];
  const constant = value
    ? ctx.constant(value)
    : tensor("float32", dims, new Float32Array(elementCount(dims)));
  const reached = constant ? largestIn(constant) : (ctx.largestInput(i) ?? 0);
  if (i === 5 && reached > grid.scale * grid.type.qmax * SLACK)
    ctx.warn(
      `initial states reach ${reached.toPrecision(3)}, what it makes of them at most ${(grid.scale * grid.type.qmax).toPrecision(3)}: they saturate there; ` +
        "feed states that the layer itself made",
    );
  if (!constant) return ctx.requantized(ctx.operand(i), { name: "", ...grid }, role);
  return ctx.constantTensor(role, quantizedState(constant, grid.scale, grid.type));
}

/** Input sequence_lens, or the number of steps for every sample. */
export function lengthsOf(ctx: LowerContext): string {
  const { steps, samples } = sizesOf(ctx);
  const value = ctx.node.inputs[4];
  const constant = value
    ? ctx.constant(value)
    : tensor("int32", [samples], new Int32Array(samples).fill(steps));
  return constant ? ctx.constantTensor("lengths", constant) : value!;
}

export const INT16 = intType(16, true);

/** Attributes of every recurrent op; `q` are those of its products. */
export function recurrentAttributes(ctx: LowerContext, x: IntValue, q: Attributes): Attributes {
  const { qmin, qmax } = ctx.result().type;
  return {
    reversed: attr.ints(reversedOf(ctx.node)!),
    frac_bits: attr.int(16 - ctx.lutLength),
    x_offset: offsetOf(x),
    qmin: attr.int(qmin),
    qmax: attr.int(qmax),
    ...q,
  };
}
