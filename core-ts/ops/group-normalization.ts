import { attr, floatAttr, intAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { elementCount, toNumbers } from "../tensor/tensor.ts";
import { LONGEST_ROW, lowerCentered, rowTooLong } from "./normalization.ts";
import { firstOperand, notConstant, type OpRecord, type PlanView } from "./record.ts";

/** Both ops take x [N, C, ...], scale [C] and bias [C]; instances are groups of one channel. */
function groupRecord(groupsOf: (node: Node, channels: number) => number): OpRecord {
  const groupsIn = (node: Node, view: PlanView) => {
    const dims = view.dims(node.inputs[0]!)!;
    const groups = groupsOf(node, dims[1]!);
    return { groups, channels: dims[1]!, count: elementCount(dims.slice(1)) / groups };
  };
  return {
    operands: firstOperand,
    output: "own",
    absorbsActivation: true,
    conditions: ["scale and bias are constant", "at most 2^20 elements are normalised together"],
    refuse(node, view) {
      if (!view.dims(node.inputs[0]!)) return "its shape is not known before the model runs";
      if (!view.constant(node.inputs[1]!)) return notConstant(node, 1, "scale");
      if (!view.constant(node.inputs[2]!)) return notConstant(node, 2, "bias");
      return rowTooLong(groupsIn(node, view).count, LONGEST_ROW);
    },
    lower(ctx) {
      const { groups, channels, count } = groupsIn(ctx.node, ctx);
      const [scale, offset] = [1, 2].map((i) => toNumbers(ctx.constant(ctx.node.inputs[i]!)!));
      const affine = { scale: scale!, offset: offset!, dims: [channels] };
      const epsilon = floatAttr(ctx.node, "epsilon", 1e-5);
      const more = { num_groups: attr.int(groups) };
      lowerCentered(ctx, "GroupNormalization", { count, epsilon, affine }, more);
    },
  };
}

export const instanceNormalization = groupRecord((_node, channels) => channels);
export const groupNormalization = groupRecord((node) => intAttr(node, "num_groups", 1));
