import { floatAttr } from "../graph/attributes.ts";
import { chooseMultipliers } from "../quantize/scale.ts";
import { tensor, toNumbers } from "../tensor/tensor.ts";
import { firstOperand, type LowerContext, notConstant, type OpRecord } from "./record.ts";

/** y = sat((max(x,0)·p + min(x,0)·n + 2^(q-1)) >> q) with p for slope 1 and n for the slopes, one q for all. */
function lowerSlopes(ctx: LowerContext, slopes: readonly number[], dims: readonly number[]): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const factor = x.scale / y.scale;
  const { m, shift } = chooseMultipliers([factor, ...slopes.map((slope) => slope * factor)], ctx.node.name);
  const positive = ctx.constantTensor("positive", tensor("int16", [1], Int16Array.of(m[0]!)));
  const negative = ctx.constantTensor("negative", tensor("int16", dims, Int16Array.from(m.slice(1))));
  const shifts = ctx.constantTensor("shift", tensor("int8", [1], Int8Array.of(shift)));
  ctx.emit("PRelu", [x.name, positive, negative, shifts], ctx.bounds());
}

const signed = { output: "own", absorbsActivation: true } as const;

/** Exact on both sides of 0 at 16 bit too, where an interpolated table would not be. */
export const leakyRelu: OpRecord = {
  ...signed,
  operands: firstOperand,
  lower: (ctx) => lowerSlopes(ctx, [floatAttr(ctx.node, "alpha", 0.01)], [1]),
};

export const prelu: OpRecord = {
  ...signed,
  operands: firstOperand,
  refuse: (node, view) => (view.constant(node.inputs[1]!) ? undefined : notConstant(node, 1, "slope")),
  lower(ctx) {
    const slope = ctx.constant(ctx.node.inputs[1]!)!;
    lowerSlopes(ctx, toNumbers(slope), slope.dims);
  },
};
