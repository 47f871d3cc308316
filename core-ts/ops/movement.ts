import { firstOperand, type OpRecord } from "./record.ts";

/** Ops that only move elements: standard ONNX on the integers, on their input's scale. */
export const movement: OpRecord = {
  operands: firstOperand,
  output: "shared",
  onlyMoves: true,
  absorbsActivation: false,
  lower: (ctx) => ctx.emitStandard([ctx.operand(0).name, ...ctx.node.inputs.slice(1)]),
};
