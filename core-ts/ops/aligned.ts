import { quantizeValue } from "../quantize/scale.ts";
import { toNumbers } from "../tensor/tensor.ts";
import type { IntValue, LowerContext } from "./record.ts";
import { integerTensor } from "./table.ts";

/**
 * Operand i on the scale and type of `result`: a constant is quantized there at once, an activation through a requantize. Rounding and saturation keep the
 * order of numbers, so choosing among operands before or after them is the same.
 */
export function aligned(ctx: LowerContext, i: number, result: IntValue): string {
  const constant = ctx.constant(ctx.node.inputs[i]!);
  if (!constant) return ctx.requantized(ctx.operand(i), result, `input_${i}`);
  const integers = toNumbers(constant).map((v) => quantizeValue(v, result.scale, result.type));
  return ctx.constantTensor(`input_${i}`, integerTensor(result.type, constant.dims, integers));
}
