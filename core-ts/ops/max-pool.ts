import { attr, intAttr } from "../graph/attributes.ts";
import { copied, WINDOW } from "./conv.ts";
import { firstOperand, type OpRecord } from "./record.ts";

/** The largest integer is the largest value: MaxPool keeps its input's scale. */
export const maxPool: OpRecord = {
  operands: firstOperand,
  output: "shared",
  absorbsActivation: false,
  conditions: ["its second output (indices) is not used"],
  refuse: (node) => (node.outputs[1] ? "its second output (indices) is used" : undefined),
  lower(ctx) {
    const x = ctx.operand(0);
    if (x.type.bits === 8) ctx.emitStandard([x.name]);
    else
      ctx.emit("MaxPool16", [x.name], {
        ...copied(ctx.node, WINDOW),
        ceil_mode: attr.int(intAttr(ctx.node, "ceil_mode", 0)),
      });
  },
};

/** The largest over all spatial positions. */
export const globalMaxPool: OpRecord = {
  operands: firstOperand,
  output: "shared",
  absorbsActivation: false,
  lower: (ctx) => ctx.emit("GlobalMaxPool", [ctx.operand(0).name], {}),
};
