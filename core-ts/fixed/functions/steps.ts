import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, requantize, saturate, scalarFactor, twoToThe } from "../fragments/requantize.ts";

/** The two elements of a 1-D tensor as float64 scalars. */
function pair(b: BodyBuilder, values: string): [string, string] {
  const [first, second] = b.halves(values);
  return [b.op("Squeeze", [first]), b.op("Squeeze", [second])];
}

/**
 * docs/fixed-ops.md, RoundTo: n = (x·m[0] + bias) >> q[0], then clamp((n·m[1] + 2^(q[1]-1)) >> q[1]).
 * |x·m[0] + bias| < 2^32, and so is n, so that |n·m[1]| < 2^47: all exact.
 */
export function roundTo(): FunctionDef {
  return defineFunction({
    name: "RoundTo",
    inputs: ["x", "multiplier", "shift"],
    attributes: ["bias", ...BOUNDS],
    body(b) {
      const [toWhole, toResult] = pair(b, b.cast("multiplier", "float64"));
      const [first, second] = pair(b, twoToThe(b, "shift"));
      const product = b.op("Mul", [b.cast("x", "float64"), toWhole]);
      const sum = b.op("Add", [product, b.attributeAs("bias", "float64")]);
      const whole = b.op("Floor", [b.op("Div", [sum, first])]);
      return requantize(b, whole, b.op("Div", [toResult, second]));
    },
  });
}

/** docs/fixed-ops.md, DeadZone: clamp((x·m + bias + 2^(q-1)) >> q) outside of [lower, upper], 0 inside. |bias| ≤ 2^47, |x·m| < 2^31: exact. */
export function deadZone(): FunctionDef {
  return defineFunction({
    name: "DeadZone",
    inputs: ["x", "multiplier", "bias", "shift"],
    attributes: ["lower", "upper", ...BOUNDS],
    body(b) {
      const x = b.cast("x", "float64");
      const [below, above] = pair(b, b.cast("bias", "float64"));
      const isBelow = b.op("Less", [x, b.attributeAs("lower", "float64")]);
      const isAbove = b.op("Greater", [x, b.attributeAs("upper", "float64")]);
      const k = scalarFactor(b);
      const unit = b.op("Squeeze", [b.op("Div", [b.f64(1), twoToThe(b, "shift")])]);
      const bias = b.op("Mul", [b.op("Where", [isBelow, below, above]), unit]);
      const moved = b.op("Add", [b.op("Add", [b.op("Mul", [x, k]), bias]), b.f64(0.5)]);
      const outside = b.cast(b.op("Or", [isBelow, isAbove]), "float64");
      return saturate(b, b.op("Mul", [b.op("Floor", [moved]), outside]));
    },
  });
}
