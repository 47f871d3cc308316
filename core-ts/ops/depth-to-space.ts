import { attr, intAttr, stringAttr } from "../graph/attributes.ts";
import { moved, movement } from "./movement.ts";
import type { Attributes, LowerContext, OpRecord } from "./record.ts";

/** Standard ONNX at 8 bit; ONNX Runtime has no kernels of 16-bit integers for these ops. */
function lowerBlocks(ctx: LowerContext, attrs: Attributes): void {
  const x = moved(ctx);
  const block = { blocksize: attr.int(intAttr(ctx.node, "blocksize", 1)), ...attrs };
  if (ctx.result().type.bits === 8) ctx.emitStandard([x], block);
  else ctx.emit(`${ctx.node.op}16`, [x], block);
}

export const depthToSpace: OpRecord = {
  ...movement,
  lower: (ctx) => lowerBlocks(ctx, { mode: attr.string(stringAttr(ctx.node, "mode", "DCR")) }),
};

export const spaceToDepth: OpRecord = { ...movement, lower: (ctx) => lowerBlocks(ctx, {}) };
