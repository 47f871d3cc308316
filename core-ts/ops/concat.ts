import { aligned } from "./aligned.ts";
import { allOperands, everyOperand, type OpRecord } from "./record.ts";

/** Inputs on other scales are requantized to the output's, then joined. */
export const concat: OpRecord = {
  operands: allOperands,
  output: "own",
  joins: "values",
  absorbsActivation: false,
  nonNegative: everyOperand,
  lower(ctx) {
    const result = ctx.result();
    ctx.emitStandard(ctx.node.inputs.map((_, i) => aligned(ctx, i, result)));
  },
};
