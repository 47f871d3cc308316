import { attr, floatAttr } from "../graph/attributes.ts";
import type { Node } from "../graph/graph.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { chooseMultiplier, clamp, roundHalfEven } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import type { LowerContext, OpRecord } from "./record.ts";
import { tableOp } from "./table.ts";

/** y = 0 in [lower, upper], x + below under it, x + above over it. */
interface Zone {
  readonly lower: number;
  readonly upper: number;
  readonly below: number;
  readonly above: number;
}

/** Largest |bias| for which the function body is exact. */
const MOST = powerOfTwo(47);

/** A table of 16 bit would slope where the function jumps: compared in integers instead. */
function lowerWide(ctx: LowerContext, zone: Zone): void {
  const [x, y] = [ctx.operand(0), ctx.result()];
  const { m, shift } = chooseMultiplier(x.scale / y.scale, 0, ctx.node.name);
  const bias = [zone.below, zone.above].map((real) =>
    BigInt(clamp(roundHalfEven((real / y.scale) * powerOfTwo(shift)), -MOST, MOST)),
  );
  const inputs = [
    x.name,
    ctx.constantTensor("multiplier", tensor("int16", [1], Int16Array.of(m))),
    ctx.constantTensor("bias", tensor("int64", [2], BigInt64Array.from(bias))),
    ctx.constantTensor("shift", tensor("int8", [1], Int8Array.of(shift))),
  ];
  // x > upper says the same of integers as x > floor(upper); a bound beyond the type is one no integer passes.
  const limit = (real: number) => clamp(real / x.scale, x.type.qmin - 1, x.type.qmax + 1);
  const bounds = {
    lower: attr.int(Math.ceil(limit(zone.lower))),
    upper: attr.int(Math.floor(limit(zone.upper))),
  };
  ctx.emit("DeadZone", inputs, { ...bounds, ...ctx.bounds() });
}

function zoned(op: "Shrink" | "ThresholdedRelu", zoneOf: (node: Node) => Zone): OpRecord {
  const table = tableOp(op);
  return {
    ...table,
    lower: (ctx) => (ctx.operand(0).type.bits === 8 ? table.lower(ctx) : lowerWide(ctx, zoneOf(ctx.node))),
  };
}

export const thresholdedRelu = zoned("ThresholdedRelu", (node) => ({
  lower: Number.NEGATIVE_INFINITY,
  upper: floatAttr(node, "alpha", 1),
  below: 0,
  above: 0,
}));

export const shrink = zoned("Shrink", (node) => {
  const [lambd, bias] = [floatAttr(node, "lambd", 0.5), floatAttr(node, "bias", 0)];
  return { lower: -lambd, upper: lambd, below: bias, above: -bias };
});
