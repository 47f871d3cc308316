import { attr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import {
  type Affine,
  affineParameters,
  LONGEST_PLAIN_ROW,
  lowerPlain,
  NORMALIZED_UNIT,
  rowTooLong,
} from "./normalization.ts";
import { firstOperand, type OpRecord, type PlanView } from "./record.ts";

const ONE: Affine = { scale: [1], offset: [0], dims: [1] };

/** The axis, counted from the front, and its length. */
function axisOf(node: Node, view: PlanView): { axis: number; count: number } | undefined {
  const dims = view.dims(node.inputs[0]!);
  if (!dims) return undefined;
  const given = intAttr(node, "axis", -1);
  const axis = given < 0 ? given + dims.length : given;
  return { axis, count: dims[axis]! };
}

/** x / ‖x‖ along one axis. */
export const lpNormalization: OpRecord = {
  operands: firstOperand,
  output: "own",
  absorbsActivation: true,
  nonNegative: (_node, _view, operands) => operands.every(Boolean),
  conditions: ["at most 2^19 elements along the axis"],
  refuse(node, view) {
    const row = axisOf(node, view);
    return row ? rowTooLong(row.count, LONGEST_PLAIN_ROW) : "its shape is not known before the model runs";
  },
  lower(ctx) {
    const { axis } = axisOf(ctx.node, ctx)!;
    if (intAttr(ctx.node, "p", 2) === 2) {
      lowerPlain(ctx, { count: 1, epsilon: 0, affine: ONE }, [axis]);
      return;
    }
    const parameters = affineParameters(ctx, NORMALIZED_UNIT, ONE);
    ctx.emit("L1Normalization", [ctx.operand(0).name, ...parameters], {
      axes: attr.ints([axis]),
      ...ctx.bounds(),
    });
  },
};
