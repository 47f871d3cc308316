import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { twoToThe } from "../fragments/requantize.ts";
import { interpolated, rotated } from "../fragments/tables.ts";

/** full[x + x_offset] for every x: two passes over the data, a cast and a Gather. */
function lookup(b: BodyBuilder, full: string): string {
  const offset = b.op("Reshape", [b.attribute("x_offset"), b.i64s(1)]);
  return b.op("Gather", [rotated(b, full, offset), b.cast("x", "int32")]);
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

/** T[i] + (((T[i+1]-T[i])·f + 2^(frac_bits-1)) >> frac_bits) with u = x + x_offset, i = u >> frac_bits, f = u & (2^frac_bits - 1). */
export function lut16(): FunctionDef {
  return defineFunction({
    name: "Lut16",
    inputs: ["x", "table"],
    attributes: ["x_offset", "frac_bits"],
    body(b) {
      const full = interpolated(b, "table", twoToThe(b, b.attribute("frac_bits")));
      return lookup(b, b.op("CastLike", [full, "table"]));
    },
  });
}
