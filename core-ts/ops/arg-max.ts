import { attr, intAttr } from "../graph/attributes.ts";
import { firstOperand, type OpRecord } from "./record.ts";

/** The index of the largest (smallest) integer is that of the largest (smallest) value. */
function argExtremum(op: "ArgMax" | "ArgMin"): OpRecord {
  return {
    operands: firstOperand,
    output: "index",
    absorbsActivation: false,
    lower(ctx) {
      const x = ctx.operand(0);
      if (x.type.bits === 8) {
        ctx.emitStandard([x.name]);
        return;
      }
      ctx.emit(`${op}16`, [x.name], {
        axis: attr.int(intAttr(ctx.node, "axis", 0)),
        keepdims: attr.int(intAttr(ctx.node, "keepdims", 1)),
        select_last_index: attr.int(intAttr(ctx.node, "select_last_index", 0)),
      });
    },
  };
}

export const argMax = argExtremum("ArgMax");
export const argMin = argExtremum("ArgMin");
