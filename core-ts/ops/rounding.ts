import { attr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { chooseMultiplier, MAX_MULTIPLIER } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import type { LowerContext, OpRecord } from "./record.ts";
import { tableOp } from "./table.ts";
import type { UnaryOpName } from "./unary-calls.ts";

/** What is added before the shift that makes a whole number, by its divisor 2^q: 0 rounds down, 2^q - 1 up, half of it to the nearest. */
const BIAS = {
  Ceil: (divisor: number) => divisor - 1,
  Floor: () => 0,
  Round: (divisor: number) => Math.floor(divisor / 2),
} as const satisfies Partial<Record<UnaryOpName, (divisor: number) => number>>;

/** A table of 16 bit would slope between the steps: the whole number is computed instead. Halves go up. */
function lowerWide(ctx: LowerContext, op: keyof typeof BIAS): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const toWhole = chooseMultiplier(x.scale, 0, ctx.node.name);
  // A result that is never as large as 1 has a scale below 1/32767; it is 0.
  const toResult = chooseMultiplier(Math.min(1 / y.scale, MAX_MULTIPLIER), 0, ctx.node.name);
  const multiplier = tensor("int16", [2], Int16Array.of(toWhole.m, toResult.m));
  const shift = tensor("int8", [2], Int8Array.of(toWhole.shift, toResult.shift));
  const inputs = [x.name, ctx.constantTensor("multiplier", multiplier), ctx.constantTensor("shift", shift)];
  const bias = BIAS[op](powerOfTwo(toWhole.shift));
  ctx.emit("RoundTo", inputs, { bias: attr.int(bias), ...ctx.bounds() });
}

/** Floor, Ceil, Round: a table at 8 bit. */
export function roundingOp(op: keyof typeof BIAS): OpRecord {
  const table = tableOp(op);
  return {
    ...table,
    lower: (ctx) => (ctx.operand(0).type.bits === 8 ? table.lower(ctx) : lowerWide(ctx, op)),
  };
}
