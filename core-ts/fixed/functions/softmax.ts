import { attr } from "../../graph/attributes.ts";
import type { FunctionDef } from "../../graph/graph.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, requantize, scalarFactor } from "../fragments/requantize.ts";

/** The caller's axis as a 1-D tensor. */
export function axes(b: BodyBuilder): string {
  return b.op("Reshape", [b.attribute("axis"), b.i64s(1)]);
}

/** max(x) - x along the axis, int32. */
export function distance(b: BodyBuilder): string {
  const x = b.cast("x", "int32");
  return b.op("Sub", [b.op("ReduceMax", [x, axes(b)], { keepdims: attr.int(1) }), x]);
}

/** requantize(floor(E·2^24 / ΣE)): one correctly rounded division, then Floor onto the grid of 2^-24. E is float64. */
function normalized(b: BodyBuilder, exponentials: string): string {
  const sum = b.op("ReduceSum", [exponentials, axes(b)], { keepdims: attr.int(1) });
  const share = b.op("Floor", [b.op("Div", [b.op("Mul", [exponentials, b.f64(powerOfTwo(24))]), sum])]);
  return requantize(b, share, scalarFactor(b));
}

/** E = table[d], float64. */
export function shortExponentials(b: BodyBuilder, d: string): string {
  return b.op("Gather", [b.cast("table", "float64"), d]);
}

/** E = (high[d >> 8]·low[d & 255] + 2^14) >> 15, float64. */
export function wideExponentials(b: BodyBuilder, d: string): string {
  const high = b.op("Gather", [b.cast("high", "float64"), b.op("Div", [d, b.i32(256)])]);
  const low = b.op("Gather", [b.cast("low", "float64"), b.op("BitwiseAnd", [d, b.i32(255)])]);
  const product = b.op("Mul", [b.op("Mul", [high, low]), b.f64(powerOfTwo(-15))]);
  return b.op("Floor", [b.op("Add", [product, b.f64(0.5)])]);
}

/** docs/fixed-ops.md, Softmax8. */
export function softmax8(): FunctionDef {
  return defineFunction({
    name: "Softmax8",
    inputs: ["x", "table", "multiplier", "shift"],
    attributes: ["axis", ...BOUNDS],
    body: (b) => normalized(b, shortExponentials(b, distance(b))),
  });
}

/** docs/fixed-ops.md, Softmax16. */
export function softmax16(): FunctionDef {
  return defineFunction({
    name: "Softmax16",
    inputs: ["x", "high", "low", "multiplier", "shift"],
    attributes: ["axis", ...BOUNDS],
    body: (b) => normalized(b, wideExponentials(b, distance(b))),
  });
}
