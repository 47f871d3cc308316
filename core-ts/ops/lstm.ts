import { intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { type GateSpec, lowerGates } from "../quantize/gates.ts";
import { type GateFunction, gateFunctions, gateTable } from "./gate-function.ts";
import type { LowerContext, OpRecord, PlanView } from "./record.ts";
import {
  biases,
  clipOf,
  factorInputs,
  INT16,
  initialState,
  lengthsOf,
  numbersAt,
  RECURRENT_CONDITIONS,
  recurrentAttributes,
  recurrentOperands,
  refuseRecurrent,
  sizesOf,
} from "./recurrent.ts";

const ACTIVATIONS = ["Sigmoid", "Tanh", "Tanh"] as const;
/** Range of a cell whose values nobody has seen: beyond it tanh(c) is ±1, and a cell only remembers for how long it counted. */
const CELL_RANGE = 16;

function refuse(node: Node, view: PlanView): string | undefined {
  if (intAttr(node, "input_forget", 0) !== 0) return "it couples input and forget gates (input_forget)";
  const constants = { 1: "W", 2: "R", 3: "B", 7: "P" };
  return refuseRecurrent(node, view, { activations: ACTIVATIONS, constants });
}

/** Largest |initial_c|. */
function firstCell(ctx: LowerContext): number {
  const value = ctx.node.inputs[6];
  if (!value) return 0;
  if (ctx.constant(value)) return numbersAt(ctx, 6, 0).reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const { scale, type } = ctx.operand(6);
  return scale * type.qmax;
}

/**
 * Bound of the cell state, a power of two: what it can grow to in these steps, |f| and |i| being at most 1; if that is more than CELL_RANGE, the larger
 * of CELL_RANGE and of what calibration saw of final cells. Beyond it cells saturate.
 */
function cellLimit(ctx: LowerContext, gate: number, cell: number): number {
  const grown = gate > 1 ? Number.POSITIVE_INFINITY : firstCell(ctx) + sizesOf(ctx).steps * cell;
  const last = ctx.plan.outputs.indexOf(ctx.node.outputs[2] || "-");
  const seen = last < 0 ? 0 : ctx.largestOutput(last);
  const wanted = Math.min(grown, Math.max(CELL_RANGE, firstCell(ctx), seen));
  let limit = 1;
  while (limit < wanted) limit *= 2;
  return limit;
}

/** P [D, 3H] (gates i, o, f) as one value a row of gates i, o, f, c; undefined without peepholes. */
function peepholeRows(ctx: LowerContext): Float64Array | undefined {
  const { directions, hidden } = sizesOf(ctx);
  if (!ctx.node.inputs[7]) return undefined;
  const p = numbersAt(ctx, 7, 0);
  return Float64Array.from({ length: directions * 4 * hidden }, (_, i) => {
    const [d, row] = [Math.floor(i / (4 * hidden)), i % (4 * hidden)];
    return row < 3 * hidden ? p[d * 3 * hidden + row]! : 0;
  });
}

function bothBiases(ctx: LowerContext): Float64Array {
  const { directions, hidden } = sizesOf(ctx);
  const [own, recurrent] = biases(ctx, directions, 4 * hidden);
  return own.map((b, i) => b + recurrent[i]!);
}

/** The largest |value| a function takes within the bounds of its input. */
const largestOf = (ctx: LowerContext, { fn, alpha, beta, limit }: GateFunction): number => {
  if (limit === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const ends = ctx.kernels.evaluate(fn, Float64Array.of(-limit, limit), alpha, beta);
  return Math.max(Math.abs(ends[0]!), Math.abs(ends[1]!));
};

function lower(ctx: LowerContext): void {
  const functions = gateFunctions(ctx.node, ACTIVATIONS) as readonly GateFunction[];
  const [f, g, h] = functions as readonly [GateFunction, GateFunction, GateFunction];
  const [x, y] = [ctx.operand(0), ctx.result()];
  const clip = clipOf(ctx.node);
  const limit = cellLimit(ctx, largestOf(ctx, f), largestOf(ctx, g));
  const cellScale = limit * powerOfTwo(-15);
  const peephole = peepholeRows(ctx);
  const spec: GateSpec = {
    x,
    state: { scale: y.scale, largest: -y.type.qmin },
    w: ctx.constant(ctx.node.inputs[1]!)!,
    r: ctx.constant(ctx.node.inputs[2]!)!,
    bias: bothBiases(ctx),
    ...(peephole ? { peephole: { weights: peephole, scale: cellScale, limit } } : {}),
    tables: [0, 0, 0, 1],
    limits: [Math.min(f.limit, clip), Math.min(g.limit, clip)],
  };
  const gates = lowerGates(spec, ctx);
  const gate = gateTable(ctx, "gate_table", f, { scale: gates.scales[0]!, clip });
  const cell = gateTable(ctx, "cell_table", g, { scale: gates.scales[1]!, clip });
  const output = gateTable(ctx, "output_table", h, { scale: cellScale, clip: Number.POSITIVE_INFINITY });
  const last = ctx.plan.outputs.indexOf(ctx.node.outputs[2] || "-");
  const lastScale = last < 0 ? cellScale : ctx.result(last).scale;
  const inputs = [
    ...[x.name, ...gates.inputs, gate.name, cell.name, output.name],
    ...factorInputs(ctx, "cell", [gate.scale, (gate.scale * cell.scale) / cellScale]),
    ...factorInputs(ctx, "output", [(gate.scale * output.scale) / y.scale]),
    ...factorInputs(ctx, "last", [cellScale / lastScale]),
    ...[initialState(ctx, 5, y), initialState(ctx, 6, { type: INT16, scale: cellScale }), lengthsOf(ctx)],
    ...(peephole ? [gates.peephole] : []),
  ];
  const op = `Lstm${peephole ? "Peephole" : ""}${ctx.bits}`;
  ctx.emitAll(op, inputs, recurrentAttributes(ctx, x, gates.attrs), 3);
}

/** LSTM: gates and cell at 16 bit, the hidden state at the node's width. */
export const lstm: OpRecord = {
  operands: recurrentOperands(5, 6),
  output: "own",
  otherOutputs: ["first", "own"],
  wide: { operands: [5, 6], outputs: [2] },
  neighbours: "bound",
  conditions: [...RECURRENT_CONDITIONS, "no input_forget"],
  absorbsActivation: false,
  refuse,
  lower,
};
