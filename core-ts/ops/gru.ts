import { attr, intAttr } from "../graph/attributes.ts";
import { lowerGates } from "../quantize/gates.ts";
import { type GateFunction, gateFunctions, gateTable } from "./gate-function.ts";
import type { LowerContext, OpRecord } from "./record.ts";
import {
  biases,
  clipOf,
  factorInputs,
  INT16,
  initialState,
  lengthsOf,
  RECURRENT_CONDITIONS,
  recurrentAttributes,
  recurrentOperands,
  refuseRecurrent,
  sizesOf,
} from "./recurrent.ts";

const ACTIVATIONS = ["Sigmoid", "Tanh"] as const;

/** Biases of W, with those of R added where both products are added too; and those of R the reset gate acts on. */
function gateBiases(ctx: LowerContext, linear: boolean): { bias: Float64Array; recurrent: Float64Array } {
  const { directions, hidden } = sizesOf(ctx);
  const rows = 3 * hidden;
  const [own, other] = biases(ctx, directions, rows);
  const isApart = (i: number) => linear && i % rows >= 2 * hidden;
  return {
    bias: own.map((b, i) => b + (isApart(i) ? 0 : other[i]!)),
    recurrent: other.map((b, i) => (isApart(i) ? b : 0)),
  };
}

function lower(ctx: LowerContext): void {
  const [f, g] = gateFunctions(ctx.node, ACTIVATIONS) as readonly [GateFunction, GateFunction];
  const linear = intAttr(ctx.node, "linear_before_reset", 0) !== 0;
  const [x, y] = [ctx.operand(0), ctx.result()];
  const clip = clipOf(ctx.node);
  const { bias, recurrent } = gateBiases(ctx, linear);
  const gates = lowerGates(
    {
      x,
      state: { scale: y.scale, largest: -y.type.qmin },
      w: ctx.constant(ctx.node.inputs[1]!)!,
      r: ctx.constant(ctx.node.inputs[2]!)!,
      bias,
      ...(linear ? { recurrentBias: recurrent } : {}),
      tables: [0, 0, 1],
      limits: [Math.min(f.limit, clip), Math.min(g.limit, clip)],
    },
    ctx,
  );
  const gate = gateTable(ctx, "gate_table", f, { scale: gates.scales[0]!, clip });
  const hidden = gateTable(ctx, "hidden_table", g, { scale: gates.scales[1]!, clip });
  const carried = ctx.bits === 8 ? y.scale / 256 : y.scale;
  const inputs = [
    ...[x.name, ...gates.inputs, gate.name, hidden.name],
    ...factorInputs(ctx, "state", [gate.scale, (gate.scale * hidden.scale) / carried]),
    ...[initialState(ctx, 5, { type: INT16, scale: carried }), lengthsOf(ctx)],
    ...(linear ? [gates.recurrentBias] : []),
  ];
  const attrs = recurrentAttributes(ctx, x, gates.attrs);
  const op = `Gru${linear ? "Linear" : ""}${ctx.bits}`;
  ctx.emitAll(op, inputs, { ...attrs, gate_bits: attr.int(gate.bits) }, 2);
}

/** GRU: gates at 16 bit; the state is carried at 16 bit and multiplied by weights at the node's width. */
export const gru: OpRecord = {
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
