import { attr, intAttr } from "../graph/attributes.ts";
import { int64Tensor, tensor } from "../tensor/tensor.ts";
import { moved, movement } from "./movement.ts";
import type { LowerContext, OpRecord } from "./record.ts";

/** The diagonal: a constant, a value computed at run time by name, or 0 where it is left out. */
function diagonal(ctx: LowerContext): string {
  const name = ctx.node.inputs[1] ?? "";
  if (name !== "" && !ctx.constant(name)) return name;
  const k = ctx.constant(name) ?? int64Tensor([0]);
  return ctx.constantTensor("k", tensor("int64", [], k.data as BigInt64Array));
}

/** Elements beyond the diagonal become 0, which every scale holds. */
export const trilu: OpRecord = {
  ...movement,
  lower: (ctx) =>
    ctx.emit("Trilu", [moved(ctx), diagonal(ctx)], { upper: attr.int(intAttr(ctx.node, "upper", 1)) }),
};
