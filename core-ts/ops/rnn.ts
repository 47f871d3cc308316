import { lowerGates } from "../quantize/gates.ts";
import { type GateFunction, gateFunctions, gateTable } from "./gate-function.ts";
import type { LowerContext, OpRecord } from "./record.ts";
import {
  biases,
  clipOf,
  factorInputs,
  initialState,
  lengthsOf,
  RECURRENT_CONDITIONS,
  recurrentAttributes,
  recurrentOperands,
  refuseRecurrent,
  sizesOf,
} from "./recurrent.ts";

const ACTIVATIONS = ["Tanh"] as const;

/** Where f stops mattering: its own limit, the node's clip, or for one that grows without end twice what the hidden state holds. */
function limitOf(ctx: LowerContext, { fn, limit }: GateFunction): number {
  const isStraight = fn === "leaky_relu" || fn === "thresholded_relu";
  return Math.min(limit, clipOf(ctx.node), isStraight ? 2 * ctx.largestOutput() : limit);
}

function lower(ctx: LowerContext): void {
  const [f] = gateFunctions(ctx.node, ACTIVATIONS) as readonly [GateFunction];
  const [x, y] = [ctx.operand(0), ctx.result()];
  const { directions, hidden } = sizesOf(ctx);
  const [own, recurrent] = biases(ctx, directions, hidden);
  const gates = lowerGates(
    {
      x,
      state: { scale: y.scale, largest: -y.type.qmin },
      w: ctx.constant(ctx.node.inputs[1]!)!,
      r: ctx.constant(ctx.node.inputs[2]!)!,
      bias: own.map((b, i) => b + recurrent[i]!),
      tables: [0],
      limits: [limitOf(ctx, f)],
    },
    ctx,
  );
  const table = gateTable(ctx, "table", f, { scale: gates.scales[0]!, clip: clipOf(ctx.node) });
  const inputs = [
    ...[x.name, ...gates.inputs, table.name],
    ...factorInputs(ctx, "output", [table.scale / y.scale]),
    ...[initialState(ctx, 5, y), lengthsOf(ctx)],
  ];
  ctx.emitAll(`Rnn${ctx.bits}`, inputs, recurrentAttributes(ctx, x, gates.attrs), 2);
}

/** RNN: pre-activations at 16 bit, the hidden state at the node's width. */
export const rnn: OpRecord = {
  operands: recurrentOperands(5),
  output: "own",
  otherOutputs: "first",
  wide: { operands: [5], outputs: [] },
  neighbours: "bound",
  conditions: RECURRENT_CONDITIONS,
  absorbsActivation: false,
  refuse: (node, view) =>
    refuseRecurrent(node, view, { activations: ACTIVATIONS, constants: { 1: "W", 2: "R", 3: "B" } }),
  lower,
};
