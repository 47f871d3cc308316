import { quantizeValue } from "../quantize/scale.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { allOperands, everyOperand, type IntValue, type LowerContext, type OpRecord } from "./record.ts";
import { integerTensor } from "./table.ts";

/** Operand i on the result's scale: a constant is quantized there at once, an activation through a requantize. */
function aligned(ctx: LowerContext, i: number, result: IntValue): string {
  const constant = ctx.constant(ctx.node.inputs[i]!);
  if (!constant) return ctx.requantized(ctx.operand(i), result, `input_${i}`);
  const integers = toNumbers(constant).map((v) => quantizeValue(v, result.scale, result.type));
  return ctx.constantTensor(`input_${i}`, integerTensor(result.type, constant.dims, integers));
}

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
