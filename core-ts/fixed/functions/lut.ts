import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { twoToThe } from "../fragments/requantize.ts";
import { concat } from "../fragments/shapes.ts";

/**
 * full[x + x_offset] for every x. Gather counts negative indices from the end, so the table rotated by x_offset takes x itself as index:
 * two passes over the data, a cast and a Gather.
 */
function lookup(b: BodyBuilder, full: string): string {
  const offset = b.op("Reshape", [b.attribute("x_offset"), b.i64s(1)]);
  const from = b.op("Slice", [full, offset, b.op("Shape", [full])]);
  const rotated = concat(b, [from, b.op("Slice", [full, b.i64s(0), offset])]);
  return b.op("Gather", [rotated, b.cast("x", "int32")]);
}

/** T[x + x_offset], a table of 256. */
export function lut8(): FunctionDef {
  return defineFunction({
    name: "Lut8",
    inputs: ["x", "table"],
    attributes: ["x_offset"],
    body: (b) => lookup(b, "table"),
  });
}

/**
 * T[i] + (((T[i+1]-T[i])·f + 2^(frac_bits-1)) >> frac_bits) with u = x + x_offset, i = u >> frac_bits, f = u & (2^frac_bits - 1).
 *
 * u has 65536 values and the table is constant, so the body writes the formula over all of them: ONNX Runtime computes it once, when it
 * loads the model, and data take two passes. Numbers stay below 2^26, exact in float64.
 */
export function lut16(): FunctionDef {
  return defineFunction({
    name: "Lut16",
    inputs: ["x", "table"],
    attributes: ["x_offset", "frac_bits"],
    body(b) {
      const u = b.cast(b.op("Range", [b.i64(0), b.i64(65536), b.i64(1)]), "float64");
      const step = twoToThe(b, b.attribute("frac_bits"));
      const position = b.op("Div", [u, step]);
      const i = b.op("Floor", [position]);
      const index = b.cast(i, "int64");
      const table = b.cast("table", "float64");
      const left = b.op("Gather", [table, index]);
      const rise = b.op("Sub", [b.op("Gather", [table, b.op("Add", [index, b.i64(1)])]), left]);
      const part = b.op("Mul", [rise, b.op("Sub", [position, i])]);
      const full = b.op("Add", [left, b.op("Floor", [b.op("Add", [part, b.f64(0.5)])])]);
      return lookup(b, b.op("CastLike", [full, "table"]));
    },
  });
}
