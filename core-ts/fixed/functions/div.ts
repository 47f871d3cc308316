import type { FunctionDef } from "../../graph/graph.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, requantize, scalarFactor, twoToThe } from "../fragments/requantize.ts";

/** 2^floor(log2 u) for int32 u in [1, 65535], float64, from the caller's table of bits by the high byte, or the low one where the high is 0. */
function leadingPower(b: BodyBuilder, u: string): string {
  const powers = twoToThe(b, "bits");
  const high = b.op("Div", [u, b.i32(256)]);
  const byHigh = b.op("Mul", [b.op("Gather", [powers, high]), b.f64(256)]);
  const byLow = b.op("Gather", [powers, b.op("Min", [u, b.i32(255)])]);
  return b.op("Where", [b.op("Greater", [high, b.i32(0)]), byHigh, byLow]);
}

/** The interpolated reciprocal r ≈ 2^30 / n of n in [32768, 65535], all float64. */
function reciprocalOf(b: BodyBuilder, n: string): string {
  const rest = b.op("Sub", [b.i64(15), b.attribute("table_bits")]);
  const position = b.op("Div", [b.op("Sub", [n, b.f64(32768)]), twoToThe(b, rest)]);
  const i = b.op("Floor", [position]);
  const index = b.cast(i, "int64");
  const table = b.cast("reciprocal", "float64");
  const left = b.op("Gather", [table, index]);
  const rise = b.op("Sub", [b.op("Gather", [table, b.op("Add", [index, b.i64(1)])]), left]);
  const part = b.op("Mul", [rise, b.op("Sub", [position, i])]);
  return b.op("Add", [left, b.op("Floor", [b.op("Add", [part, b.f64(0.5)])])]);
}

/**
 * docs/fixed-ops.md, Div: clamp((a·s·r·m + 2^(t-1)) >> t), t = 15 + e + q2.
 *
 * |a·s·r·m| < 2^46 is exact, and dividing by 2^t is. With t up to 61 the sum a·s·r·m·2^-t + 1/2 may round, but only when t > 52: then the
 * first term is below 2^-6, the sum stays inside (0, 1) after rounding too, and its floor is the right 0.
 */
export function div(): FunctionDef {
  return defineFunction({
    name: "Div",
    inputs: ["a", "b", "reciprocal", "bits", "multiplier", "shift"],
    attributes: [...BOUNDS, "table_bits"],
    body(b) {
      const divisor = b.cast("b", "int32");
      const u = b.op("Max", [b.op("Abs", [divisor]), b.i32(1)]);
      const power = leadingPower(b, u);
      const r = reciprocalOf(b, b.op("Div", [b.op("Mul", [b.cast(u, "float64"), b.f64(32768)]), power]));
      const sign = b.op("Where", [b.op("Less", [divisor, b.i32(0)]), b.f64(-1), b.f64(1)]);
      const quotient = b.op("Div", [b.op("Mul", [b.op("Mul", [b.cast("a", "float64"), sign]), r]), power]);
      return requantize(b, quotient, b.op("Mul", [scalarFactor(b), b.f64(powerOfTwo(-15))]));
    },
  });
}
