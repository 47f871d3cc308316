import { firstOperand, type OpRecord } from "./record.ts";
import { REDUCTION_CONDITIONS, reductionOf, whyNotReduced } from "./reduction.ts";

/** The largest or smallest integer is that of the largest or smallest value, on the same scale. */
function reduceExtremum(op: "ReduceMax" | "ReduceMin"): OpRecord {
  return {
    operands: firstOperand,
    output: "shared",
    conditions: REDUCTION_CONDITIONS,
    absorbsActivation: false,
    refuse: whyNotReduced,
    lower(ctx) {
      const x = ctx.operand(0);
      if (x.type.bits === 8) ctx.emitStandard([x.name, ...ctx.node.inputs.slice(1)]);
      else ctx.emit(`${op}16`, [x.name], reductionOf(ctx.node, ctx).attrs);
    },
  };
}

export const reduceMax = reduceExtremum("ReduceMax");
export const reduceMin = reduceExtremum("ReduceMin");
