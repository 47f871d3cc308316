import { attr, intAttr } from "../graph/attributes.ts";
import { infiniteTable, moved } from "./movement.ts";
import type { LowerContext, OpRecord } from "./record.ts";

/** An input that is no data: a constant is copied, anything else passes by name. */
function byName(ctx: LowerContext, i: number, role: string): string {
  const name = ctx.node.inputs[i]!;
  const constant = ctx.constant(name);
  return constant ? ctx.constantTensor(role, constant) : name;
}

/** Places one of two values by integer indices. */
export const oneHot: OpRecord = {
  operands: () => [2],
  output: "shared",
  onlyMoves: true,
  absorbsActivation: false,
  conditions: ["indices are integers"],
  refuse(node, view) {
    const dtype = view.dtype(node.inputs[0]!);
    if (dtype !== "int64" && dtype !== "int32")
      return `its indices are ${dtype ?? "of unknown type"}, not int64 or int32`;
    return infiniteTable(node.inputs[2]!, view);
  },
  lower: (ctx) =>
    ctx.emit("OneHot", [byName(ctx, 0, "indices"), byName(ctx, 1, "depth"), moved(ctx, 2)], {
      axis: attr.int(intAttr(ctx.node, "axis", -1)),
    }),
};
