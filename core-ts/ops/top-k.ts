import { attr, intAttr } from "../graph/attributes.ts";
import { firstOperand, notConstant, type OpRecord } from "./record.ts";

/** The k largest or smallest integers are those of the values, on their scale; the second output holds their indices. */
export const topK: OpRecord = {
  operands: firstOperand,
  output: "shared",
  otherOutputs: "index",
  conditions: ["k is constant"],
  absorbsActivation: false,
  refuse: (node, view) => (view.constant(node.inputs[1]!) ? undefined : notConstant(node, 1, "k")),
  lower(ctx) {
    const x = ctx.operand(0);
    const k = ctx.node.inputs[1]!;
    // ONNX Runtime has a TopK of every type but uint16.
    if (x.type.dtype !== "uint16") {
      ctx.emitStandard([x.name, k]);
      return;
    }
    ctx.emit("TopK16", [x.name, ctx.constantTensor("k", ctx.constant(k)!)], {
      axis: attr.int(intAttr(ctx.node, "axis", -1)),
      largest: attr.int(intAttr(ctx.node, "largest", 1)),
      sorted: attr.int(intAttr(ctx.node, "sorted", 1)),
    });
  },
};
