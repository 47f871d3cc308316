import { attr } from "../../graph/attributes.ts";
import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, requantize, scalarFactor, twoToThe } from "../fragments/requantize.ts";
import { concat } from "../fragments/shapes.ts";

/** The caller's attribute as a 1-D int64 tensor. */
const vector = (b: BodyBuilder, value: string): string => b.op("Reshape", [value, b.i64s(1)]);

/**
 * Σ x² over `size` neighbouring channels of x [N, C, ...], float64 [N, C, -1]: differences of running sums, which are integers below 2^53. Channel c
 * takes c - (size-1)/2 (floor) to c + size/2 (floor); with (size+1)/2 zeros before them they are the padded channels c+1 to c+size.
 */
function windowSums(b: BodyBuilder, x: string): string {
  const rows = b.op("Reshape", [x, b.i64s(0, 0, -1)]);
  const size = b.attribute("size");
  const [before, after] = [
    b.op("Div", [b.op("Add", [size, b.i64(1)]), b.i64(2)]),
    b.op("Div", [size, b.i64(2)]),
  ];
  const pads = concat(b, [b.i64s(0), vector(b, before), b.i64s(0, 0), vector(b, after), b.i64s(0)]);
  const padded = b.op("Pad", [b.op("Mul", [rows, rows]), pads], { mode: attr.string("constant") });
  const sums = b.op("CumSum", [padded, b.i64(1)]);
  const upper = b.op("Slice", [sums, vector(b, size), b.i64s(Number.MAX_SAFE_INTEGER), b.i64s(1)]);
  const lower = b.op("Slice", [sums, b.i64s(0), vector(b, b.op("Neg", [size])), b.i64s(1)]);
  return b.op("Sub", [upper, lower]);
}

/** The table interpolated at p: T[i] + floor((T[i+1]-T[i])·f·2^-h + 1/2), i = p >> h, f the rest. */
function interpolated(b: BodyBuilder, p: string): string {
  const table = b.cast("table", "float64");
  const position = b.op("Div", [p, twoToThe(b, b.attribute("step_bits"))]);
  const i = b.op("Floor", [position]);
  const index = b.cast(i, "int64");
  const left = b.op("Gather", [table, index]);
  const rise = b.op("Sub", [b.op("Gather", [table, b.op("Add", [index, b.i64(1)])]), left]);
  const part = b.op("Mul", [rise, b.op("Sub", [position, i])]);
  return b.op("Add", [left, b.op("Floor", [b.op("Add", [part, b.f64(0.5)])])]);
}

/** docs/fixed-ops.md, LRN: requantize(x·T(isqrt(S·4^g + offset) - base)), S the window's sum of squares. */
export function lrn(): FunctionDef {
  return defineFunction({
    name: "LRN",
    inputs: ["x", "table", "multiplier", "shift"],
    attributes: [...BOUNDS, "size", "grid_bits", "offset", "base", "step_bits"],
    body(b) {
      const x = b.cast("x", "float64");
      const unit = twoToThe(b, b.op("Mul", [b.attribute("grid_bits"), b.i64(2)]));
      const v = b.op("Add", [b.op("Mul", [windowSums(b, x), unit]), b.attributeAs("offset", "float64")]);
      const root = b.op("Floor", [b.op("Sqrt", [v])]);
      const factor = interpolated(b, b.op("Sub", [root, b.attributeAs("base", "float64")]));
      const product = b.op("Mul", [x, b.op("Reshape", [factor, b.op("Shape", ["x"])])]);
      return requantize(b, product, scalarFactor(b));
    },
  });
}
