import { attr } from "../../../graph/attributes.ts";
import type { OpContext, Operand } from "../context.ts";

/** Layouts in which the channels come last. */
const LAST = new Set(["NHWC", "NDHWC", "NLC", "NWC"]);

/** An image operand with its channels at axis 1, and the way back for what is made of it. */
export interface ChannelsFirst {
  readonly value: string;
  readonly dims: readonly number[];
  /** Writes the output: the node itself, or with the channels brought back to the end. */
  emit(op: string, inputs: readonly string[], attrs: Parameters<OpContext["emit"]>[2], slot: string): void;
}

export function isChannelsLast(ctx: OpContext, attribute = "data_format"): boolean {
  return LAST.has(ctx.text(attribute, "NCHW"));
}

/** @param attribute which holds the layout. */
export function channelsFirst(ctx: OpContext, x: Operand, attribute = "data_format"): ChannelsFirst {
  if (!isChannelsLast(ctx, attribute)) {
    return { ...x, emit: (op, inputs, attrs, slot) => ctx.emit(op, inputs, attrs, slot) };
  }
  const axes = x.dims.map((_, axis) => axis);
  const inwards = [0, axes.length - 1, ...axes.slice(1, -1)];
  const outwards = [0, ...axes.slice(2), 1];
  return {
    value: ctx.transposed(x.value, inwards, "channelsFirst"),
    dims: inwards.map((axis) => x.dims[axis]!),
    emit(op, inputs, attrs, slot) {
      const made = ctx.step(op, inputs, "channelsFirstOut", attrs);
      ctx.emit("Transpose", [made], { perm: attr.ints(outwards) }, slot);
    },
  };
}
