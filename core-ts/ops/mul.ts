import { scalarRequantize } from "../quantize/linear.ts";
import { allOperands, everyOperand, type OpRecord } from "./record.ts";

/** y = sat((a·b·m + 2^(q-1)) >> q). */
export const mul: OpRecord = {
  operands: allOperands,
  output: "own",
  absorbsActivation: true,
  nonNegative: everyOperand,
  lower(ctx) {
    const [a, b, y] = [ctx.operand(0), ctx.operand(1), ctx.result()];
    ctx.emit("Mul", [a.name, b.name, ...scalarRequantize(ctx, (a.scale * b.scale) / y.scale)], ctx.bounds());
  },
};
