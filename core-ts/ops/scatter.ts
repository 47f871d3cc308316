import { stringAttr } from "../graph/attributes.ts";
import { aligned } from "./aligned.ts";
import { everyOperand, type OpRecord } from "./record.ts";

/** ScatterND, ScatterElements: data and updates on the output's scale, then standard ONNX on the integers. Indices pass through. */
export const scatter: OpRecord = {
  operands: () => [0, 2],
  output: "own",
  joins: "values",
  absorbsActivation: false,
  conditions: ["reduction none; indices may be computed at run time"],
  nonNegative: everyOperand,
  refuse(node) {
    const reduction = stringAttr(node, "reduction", "none");
    return reduction === "none" ? undefined : `its reduction is "${reduction}"; only none is supported`;
  },
  lower(ctx) {
    const result = ctx.result();
    ctx.emitStandard([aligned(ctx, 0, result), ctx.node.inputs[1]!, aligned(ctx, 2, result)]);
  },
};
