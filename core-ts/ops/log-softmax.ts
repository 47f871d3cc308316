import { attr, intAttr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { chooseMultiplier, roundHalfEven } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import { firstOperand, type LowerContext, type OpRecord } from "./record.ts";
import { exponentialInputs } from "./softmax.ts";

/** round(2^24·log(1 + i/2^L)) for i = 0 ... 2^L. */
function logarithms(ctx: LowerContext): Int32Array {
  const cells = powerOfTwo(ctx.lutLength);
  const values = Float64Array.from({ length: cells + 1 }, (_, i) => 1 + i / cells);
  const logs = ctx.kernels.evaluate("log", values, 0, 0);
  return Int32Array.from(logs, (log) => roundHalfEven(powerOfTwo(24) * log));
}

/**
 * x - max - log(Σ exp(x - max)): the sum as Softmax makes it, its logarithm from a table of the interval [1, 2] (docs/fixed-ops.md, LogSoftmax).
 * Softmax and a table of Log behind it would lose every probability below one step.
 */
export const logSoftmax: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: false,
  lower(ctx) {
    const [x, y] = [ctx.operand(0), ctx.result()];
    const ofInput = chooseMultiplier(x.scale / y.scale, 0, ctx.node.name);
    // In units of 2^-q of the output, as d·m is.
    const ofLog = chooseMultiplier(powerOfTwo(ofInput.shift - 24) / y.scale, 0, ctx.node.name);
    const inputs = [
      ...exponentialInputs(ctx),
      ctx.constantTensor("logarithms", tensor("int32", [powerOfTwo(ctx.lutLength) + 1], logarithms(ctx))),
      ctx.constantTensor("multiplier", tensor("int16", [2], Int16Array.of(ofInput.m, ofLog.m))),
      ctx.constantTensor("shift", tensor("int8", [2], Int8Array.of(ofInput.shift, ofLog.shift))),
    ];
    const axis = attr.int(intAttr(ctx.node, "axis", -1));
    ctx.emit(`LogSoftmax${x.type.bits}`, inputs, {
      axis,
      table_bits: attr.int(ctx.lutLength),
      ...ctx.bounds(),
    });
  },
};
