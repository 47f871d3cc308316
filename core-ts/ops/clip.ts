import { attr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { clamp, roundHalfEven } from "../quantize/scale.ts";
import { toNumbers } from "../tensor/tensor.ts";
import { firstOperand, type LowerContext, notConstant, type OpRecord, type PlanView } from "./record.ts";

/** Bounds of a canonical Clip, whose min and max are optional inputs. */
function bound(node: Node, view: PlanView, i: number, fallback: number): number | undefined {
  if (!node.inputs[i]) return fallback;
  const constant = view.constant(node.inputs[i]);
  return constant ? toNumbers(constant)[0] : undefined;
}

function lowerClip(ctx: LowerContext, lower: number, upper: number): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const integer = (real: number) =>
    clamp(roundHalfEven(clamp(real / y.scale, -65536, 65536)), y.type.qmin, y.type.qmax);
  ctx.emit("Clip", [x.name], {
    ...ctx.bounds(),
    qmin: attr.int(integer(lower)),
    qmax: attr.int(integer(upper)),
  });
}

/** A Relu that no producer carries: a bound on its input's own integers. */
export const relu: OpRecord = {
  operands: firstOperand,
  output: "shared",
  absorbsActivation: false,
  nonNegative: () => true,
  lower: (ctx) => lowerClip(ctx, 0, Number.POSITIVE_INFINITY),
};

/** A Clip that no producer carries; its bounds are rounded to its input's grid. */
export const clip: OpRecord = {
  operands: firstOperand,
  output: "shared",
  absorbsActivation: false,
  nonNegative: (node, view, [operand]) => operand === true || (bound(node, view, 1, -1) ?? -1) >= 0,
  refuse(node, view) {
    if (bound(node, view, 1, 0) === undefined) return notConstant(node, 1, "lower bound");
    return bound(node, view, 2, 0) === undefined ? notConstant(node, 2, "upper bound") : undefined;
  },
  lower(ctx) {
    const lower = bound(ctx.node, ctx, 1, Number.NEGATIVE_INFINITY)!;
    const upper = bound(ctx.node, ctx, 2, Number.POSITIVE_INFINITY)!;
    lowerClip(ctx, lower, upper);
  },
};
