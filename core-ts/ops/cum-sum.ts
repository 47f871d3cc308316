import { attr, intAttr } from "../graph/attributes.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { accumulatorShift } from "../quantize/scale.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { everyOperand, firstOperand, notConstant, type OpRecord } from "./record.ts";

/** Running integer sums along an axis, requantized. */
export const cumSum: OpRecord = {
  operands: firstOperand,
  output: "own",
  conditions: ["its axis is constant"],
  absorbsActivation: true,
  nonNegative: everyOperand,
  refuse(node, view) {
    if (!view.constant(node.inputs[1]!)) return notConstant(node, 1, "axis");
    return view.dims(node.inputs[0]!) ? undefined : "its shape is not known before the model runs";
  },
  lower(ctx) {
    const [x, y] = [ctx.operand(0), ctx.result()];
    const dims = ctx.dims(ctx.node.inputs[0]!)!;
    const [given] = toNumbers(ctx.constant(ctx.node.inputs[1]!)!);
    const axis = given! < 0 ? given! + dims.length : given!;
    const possible = dims[axis]! * Math.max(-x.type.qmin, x.type.qmax);
    const q1 = accumulatorShift(Math.min(possible / 2, ctx.largestOutput() / x.scale));
    ctx.emit("CumSum", [x.name, ...scalarRequantize(ctx, x.scale / y.scale, q1)], {
      axis: attr.int(axis),
      exclusive: attr.int(intAttr(ctx.node, "exclusive", 0)),
      reverse: attr.int(intAttr(ctx.node, "reverse", 0)),
      q1: attr.int(q1),
      ...ctx.bounds(),
    });
  },
};
