import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, factor, requantize, saturate, scalarFactor } from "../fragments/requantize.ts";
import { perChannel } from "../fragments/shapes.ts";

const BINARY_INPUTS = ["a", "b", "multiplier", "shift"] as const;

/** One of the two factors m[i]·2^-q. */
function scaled(b: BodyBuilder, operand: string, position: number): string {
  const k = factor(b, "multiplier", "shift");
  return b.op("Mul", [b.cast(operand, "float64"), b.op("Gather", [k, b.i64(position)])]);
}

/** floor(real + 1/2) with the bounds; exact as `requantize` explains, the numerators being below 2^33. */
function rounded(b: BodyBuilder, real: string): string {
  return saturate(b, b.op("Add", [real, b.f64(0.5)]));
}

function sum(op: "Add" | "Sub"): FunctionDef {
  return defineFunction({
    name: op,
    inputs: BINARY_INPUTS,
    attributes: BOUNDS,
    body: (b) => rounded(b, b.op(op, [scaled(b, "a", 0), scaled(b, "b", 1)])),
  });
}

/** clamp((a·m0 + b·m1 + 2^(q-1)) >> q), broadcasting. */
export const add = (): FunctionDef => sum("Add");
/** clamp((a·m0 - b·m1 + 2^(q-1)) >> q), broadcasting. */
export const sub = (): FunctionDef => sum("Sub");

/** clamp((a·b·m + 2^(q-1)) >> q), broadcasting; |a·b·m| < 2^47. */
export function mul(): FunctionDef {
  return defineFunction({
    name: "Mul",
    inputs: BINARY_INPUTS,
    attributes: BOUNDS,
    body(b) {
      const product = b.op("Mul", [b.cast("a", "float64"), b.cast("b", "float64")]);
      return requantize(b, product, scalarFactor(b));
    },
  });
}

/** clamp((max(x,0)·p + min(x,0)·n + 2^(q-1)) >> q); n broadcasts to x and may be negative. */
export function prelu(): FunctionDef {
  return defineFunction({
    name: "PRelu",
    inputs: ["x", "positive", "negative", "shift"],
    attributes: BOUNDS,
    body(b) {
      const x = b.cast("x", "float64");
      const [positive, negative] = [factor(b, "positive", "shift"), factor(b, "negative", "shift")];
      const above = b.op("Mul", [b.op("Max", [x, b.f64(0)]), positive]);
      return rounded(b, b.op("Add", [above, b.op("Mul", [b.op("Min", [x, b.f64(0)]), negative])]));
    },
  });
}

/** clamp((x·m[c] + bias[c] + 2^(q-1)) >> q), c = axis 1 of x [N, C, ...]; exact while |x·m + bias| < 2^52. */
export function scaleShift(): FunctionDef {
  return defineFunction({
    name: "ScaleShift",
    inputs: ["x", "multiplier", "bias", "shift"],
    attributes: BOUNDS,
    body(b) {
      const shift = perChannel(b, "shift", "x");
      const [k, bias] = [
        factor(b, perChannel(b, "multiplier", "x"), shift),
        factor(b, perChannel(b, "bias", "x"), shift),
      ];
      const offset = b.op("Add", [bias, b.f64(0.5)]);
      return saturate(b, b.op("Add", [b.op("Mul", [b.cast("x", "float64"), k]), offset]));
    },
  });
}
