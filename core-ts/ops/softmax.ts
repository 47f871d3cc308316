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

/** Exponentials from 16-bit tables, integer sum, one division onto a 2^-24 grid (docs/fixed-ops.md, Softmax). */
export const softmax: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: false,
  nonNegative: () => true,
  lower(ctx) {
    const [x, y] = [ctx.operand(0), ctx.result()];
    const requantize = scalarRequantize(ctx, powerOfTwo(-24) / y.scale);
    const attrs = { axis: attr.int(intAttr(ctx.node, "axis", -1)), ...ctx.bounds() };
    const low = ctx.constantTensor("low", tensor("uint16", [256], exponentials(ctx, x.scale)));
    if (x.type.bits === 8) {
      ctx.emit("Softmax8", [x.name, low, ...requantize], attrs);
      return;
    }
    const high = ctx.constantTensor("high", tensor("uint16", [256], exponentials(ctx, 256 * x.scale)));
    ctx.emit("Softmax16", [x.name, high, low, ...requantize], attrs);
  },
};
