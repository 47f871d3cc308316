import type { OpRecord } from "./record.ts";

/** And, Or, Xor, Not on truth values: nothing to quantize, the standard op stays as it is. */
export const logic: OpRecord = {
  operands: () => [],
  output: "index",
  absorbsActivation: false,
  lower: (ctx) => ctx.emitStandard(ctx.node.inputs),
};
