import { aligned } from "./aligned.ts";
import { firstOperand, type LowerContext, type OpRecord, type PlanView } from "./record.ts";

/** The integers that operand i moves: a constant (an embedding table) stands on the scale of what is chosen from it. */
export function moved(ctx: LowerContext, i = 0): string {
  return ctx.constant(ctx.node.inputs[i]!) ? aligned(ctx, i, ctx.result()) : ctx.operand(i).name;
}

/** Why a constant table can't be moved as integers: no scale holds infinite numbers. */
export function infiniteTable(value: string, view: PlanView): string | undefined {
  const table = view.constant(value);
  return table?.dtype === "float32" && !table.data.every(Number.isFinite)
    ? `its constant data "${value}" hold infinite or undefined numbers`
    : undefined;
}

/**
 * Ops that only move elements: standard ONNX on the integers, on their input's scale. Shapes, indices and amounts may be computed at run time; an op
 * behind them that needs to know its shape stays float then.
 */
export const movement: OpRecord = {
  operands: firstOperand,
  output: "shared",
  onlyMoves: true,
  absorbsActivation: false,
  refuse: (node, view) => infiniteTable(node.inputs[0]!, view),
  lower: (ctx) => ctx.emitStandard([moved(ctx), ...ctx.node.inputs.slice(1)]),
};

/** The same for ops that choose by indices: their data may be a constant while the indices are not. */
export const chosen: OpRecord = {
  ...movement,
  conditions: [
    "indices may be computed at run time; a constant table gets one scale for all of it, that of its largest element",
  ],
};
