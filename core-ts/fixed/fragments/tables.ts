import type { BodyBuilder } from "../body-builder.ts";
import { concat } from "./shapes.ts";

/**
 * T[i] + (((T[i+1]-T[i])·f + 2^(frac_bits-1)) >> frac_bits) for all 65536 values of u = (i << frac_bits) + f, float64; `step` is 2^frac_bits. A table is
 * constant, so ONNX Runtime computes this once, when it loads the model. Numbers stay below 2^26, exact in float64.
 */
export function interpolated(b: BodyBuilder, table: string, step: string): string {
  const u = b.cast(b.op("Range", [b.i64(0), b.i64(65536), b.i64(1)]), "float64");
  const position = b.op("Div", [u, step]);
  const i = b.op("Floor", [position]);
  const index = b.cast(i, "int64");
  const entries = b.cast(table, "float64");
  const left = b.op("Gather", [entries, index]);
  const rise = b.op("Sub", [b.op("Gather", [entries, b.op("Add", [index, b.i64(1)])]), left]);
  const part = b.op("Mul", [rise, b.op("Sub", [position, i])]);
  return b.op("Add", [left, b.op("Floor", [b.op("Add", [part, b.f64(0.5)])])]);
}

/**
 * full[x + offset] for every x is rotated[x]: Gather counts negative indices from the end, so a table rotated by the offset (1-D, int64) takes x itself
 * as its index.
 */
export function rotated(b: BodyBuilder, full: string, offset: string): string {
  const from = b.op("Slice", [full, offset, b.op("Shape", [full])]);
  return concat(b, [from, b.op("Slice", [full, b.i64s(0), offset])]);
}
