import { attr, intAttr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { roundHalfEven } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import { firstOperand, type LowerContext, type OpRecord } from "./record.ts";

/** round(32768 · exp(-d · step)) for d = 0..255. */
function exponentials(ctx: LowerContext, step: number): Uint16Array {
  const exponents = Float64Array.from({ length: 256 }, (_, d) => -d * step);
  return Uint16Array.from(ctx.kernels.evaluate("exp", exponents, 0, 0), (e) => roundHalfEven(32768 * e));
}

/** x and its tables of exponentials, for Softmax8 or Softmax16 and their logarithms. */
export function exponentialInputs(ctx: LowerContext): string[] {
  const x = ctx.operand(0);
  const table = (role: string, step: number) =>
    ctx.constantTensor(role, tensor("uint16", [256], exponentials(ctx, step)));
  if (x.type.bits === 8) return [x.name, table("low", x.scale)];
  return [x.name, table("high", 256 * x.scale), table("low", x.scale)];
}

/** Exponentials from 16-bit tables, integer sum, one division onto a 2^-24 grid (docs/fixed-ops.md, Softmax). */
export const softmax: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: false,
  nonNegative: () => true,
  lower(ctx) {
    const requantize = scalarRequantize(ctx, powerOfTwo(-24) / ctx.result().scale);
    const attrs = { axis: attr.int(intAttr(ctx.node, "axis", -1)), ...ctx.bounds() };
    ctx.emit(`Softmax${ctx.operand(0).type.bits}`, [...exponentialInputs(ctx), ...requantize], attrs);
  },
};
