import { attr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { scalarRequantize } from "../quantize/linear.ts";
import { accumulatorShift } from "../quantize/scale.ts";
import { toNumbers } from "../tensor/tensor.ts";
import {
  everyOperand,
  firstOperand,
  type LowerContext,
  notConstant,
  type OpRecord,
  type PlanView,
} from "./record.ts";

/** Integer sum over the axes; 1/count is in the multiplier. */
function lowerMean(ctx: LowerContext, axes: readonly number[], keepDims: number): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const dims = ctx.dims(ctx.node.inputs[0]!)!;
  const count = axes.reduce((product, axis) => product * dims[axis]!, 1);
  const q1 = accumulatorShift((count * Math.max(-x.type.qmin, x.type.qmax)) / 2);
  ctx.emit("ReduceMean", [x.name, ...scalarRequantize(ctx, x.scale / (y.scale * count), q1)], {
    axes: attr.ints(axes),
    keepdims: attr.int(keepDims),
    q1: attr.int(q1),
    ...ctx.bounds(),
  });
}

/** Axes of a canonical ReduceMean (an optional input), counted from the front. */
function reducedAxes(node: Node, view: PlanView): number[] | undefined {
  const rank = view.dims(node.inputs[0]!)?.length;
  if (rank === undefined) return undefined;
  const axes = node.inputs[1] ? view.constant(node.inputs[1]) : undefined;
  if (node.inputs[1] && !axes) return undefined;
  const given = axes ? toNumbers(axes) : [];
  const all = Array.from({ length: rank }, (_, i) => i);
  return given.length === 0
    ? all
    : given.map((axis) => (axis < 0 ? axis + rank : axis)).sort((a, b) => a - b);
}

const mean = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  nonNegative: everyOperand,
} as const;

export const reduceMean: OpRecord = {
  ...mean,
  refuse(node, view) {
    if (intAttr(node, "noop_with_empty_axes", 0) === 1 && !node.inputs[1])
      return "it reduces nothing (noop_with_empty_axes)";
    return reducedAxes(node, view) ? undefined : notConstant(node, 1, "axes");
  },
  lower: (ctx) => lowerMean(ctx, reducedAxes(ctx.node, ctx)!, intAttr(ctx.node, "keepdims", 1)),
};

export const globalAveragePool: OpRecord = {
  ...mean,
  refuse: (node, view) =>
    view.dims(node.inputs[0]!) ? undefined : "its shape is not known before the model runs",
  lower(ctx) {
    const spatial = ctx
      .dims(ctx.node.inputs[0]!)!
      .map((_, i) => i)
      .slice(2);
    lowerMean(ctx, spatial, 1);
  },
};
