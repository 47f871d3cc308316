import { clamp, roundHalfEven } from "../quantize/scale.ts";
import { type Tensor, tensor, toNumbers } from "../tensor/tensor.ts";
import { allOperands, type IntValue, type LowerContext, type OpRecord } from "./record.ts";

/** A constant on the grid of the value it is compared with; beyond that grid it is one step outside, above or below every integer there. */
function constantOn(
  ctx: LowerContext,
  i: number,
  { constant, on }: { constant: Tensor; on: IntValue },
): string {
  const [low, high] = [on.type.qmin - 1, on.type.qmax + 1];
  const steps = toNumbers(constant).map((v) => roundHalfEven(clamp(v / on.scale, low, high)));
  return ctx.constantTensor(`input_${i}`, tensor("int32", constant.dims, Int32Array.from(steps)));
}

/** Both sides as integers of one scale: the coarser one, the finer side requantized to it (docs/fixed-ops.md, Comparisons). */
function onOneScale(ctx: LowerContext): [string, string] {
  const [left, right] = ctx.node.inputs.map((name) => ctx.constant(name));
  if (left) {
    const on = ctx.operand(1);
    return [constantOn(ctx, 0, { constant: left, on }), on.name];
  }
  const a = ctx.operand(0);
  if (right) return [a.name, constantOn(ctx, 1, { constant: right, on: a })];
  const b = ctx.operand(1);
  if (a.scale === b.scale) return [a.name, b.name];
  return a.scale > b.scale
    ? [a.name, ctx.requantized(b, a, "input_1")]
    : [ctx.requantized(a, b, "input_0"), b.name];
}

function comparison(op: "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual"): OpRecord {
  return {
    operands: allOperands,
    output: "index",
    absorbsActivation: false,
    lower: (ctx) => ctx.emit(op, onOneScale(ctx), {}),
  };
}

export const equal = comparison("Equal");
export const greater = comparison("Greater");
export const greaterOrEqual = comparison("GreaterOrEqual");
export const less = comparison("Less");
export const lessOrEqual = comparison("LessOrEqual");
