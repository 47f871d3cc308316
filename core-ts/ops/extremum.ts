import { aligned } from "./aligned.ts";
import { allOperands, everyOperand, type OpRecord } from "./record.ts";

/** The larger or smaller of two values, both brought to the result's scale first; the pass split-variadic makes pairs of longer lists. */
function extremum(op: "Max" | "Min"): OpRecord {
  return {
    operands: allOperands,
    output: "own",
    joins: "values",
    conditions: ["more than two inputs become a chain of pairs"],
    absorbsActivation: false,
    nonNegative: op === "Min" ? everyOperand : (_node, _view, operands) => operands.some(Boolean),
    lower(ctx) {
      const result = ctx.result();
      const inputs = [aligned(ctx, 0, result), aligned(ctx, 1, result)];
      if (result.type.bits === 8) ctx.emitStandard(inputs);
      else ctx.emit(`${op}16`, inputs, {});
    },
  };
}

export const max = extremum("Max");
export const min = extremum("Min");
