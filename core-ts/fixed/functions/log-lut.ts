import type { FunctionDef } from "../../graph/graph.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { tensor } from "../../tensor/tensor.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { twoToThe } from "../fragments/requantize.ts";
import { rotated } from "../fragments/tables.ts";

/** max(floor(log2 a) - octave_bits, 0), 0 for a = 0: how many of 2^1 ... 2^15 are reached, less octave_bits. */
function octave(b: BodyBuilder, a: string): string {
  const powers = Float64Array.from({ length: 15 }, (_, j) => powerOfTwo(j + 1));
  const reached = b.op("GreaterOrEqual", [
    b.op("Unsqueeze", [a, b.i64s(-1)]),
    b.constant(tensor("float64", [15], powers)),
  ]);
  const bits = b.op("ReduceSum", [b.cast(reached, "float64"), b.i64s(-1)], {
    keepdims: { kind: "int", value: 0 },
  });
  return b.op("Max", [b.op("Sub", [bits, b.attributeAs("octave_bits", "float64")]), b.f64(0)]);
}

/** T[i] + (((T[i+1]-T[i])·f + 2^(e-1)) >> e) with i = start + (a >> e), f = a & (2^e - 1), a an integer of float64. */
function interpolated(
  b: BodyBuilder,
  a: string,
  { e, start }: Readonly<Record<"e" | "start", string>>,
): string {
  const position = b.op("Div", [a, twoToThe(b, b.cast(e, "int64"))]);
  const cell = b.op("Floor", [position]);
  const index = b.cast(b.op("Add", [start, cell]), "int64");
  const entries = b.cast("table", "float64");
  const left = b.op("Gather", [entries, index]);
  const rise = b.op("Sub", [b.op("Gather", [entries, b.op("Add", [index, b.i64(1)])]), left]);
  const part = b.op("Mul", [rise, b.op("Sub", [position, cell])]);
  return b.op("Add", [left, b.op("Floor", [b.op("Add", [part, b.f64(0.5)])])]);
}

/**
 * docs/fixed-ops.md, LogLut16. x has 65536 values and the table is constant, so the body writes the formula over all of them, and ONNX Runtime
 * computes it once, when it loads the model. Numbers stay below 2^32, exact in float64.
 */
export function logLut16(): FunctionDef {
  return defineFunction({
    name: "LogLut16",
    inputs: ["x", "table"],
    attributes: ["x_offset", "octave_bits"],
    body(b) {
      const words = b.cast(b.op("Range", [b.i64(0), b.i64(65536), b.i64(1)]), "float64");
      const x = b.op("Sub", [words, b.attributeAs("x_offset", "float64")]);
      const a = b.op("Abs", [x]);
      const e = octave(b, a);
      const cells = twoToThe(b, b.attribute("octave_bits"));
      const octaves = b.op("Sub", [b.f64(17), b.attributeAs("octave_bits", "float64")]);
      const side = b.op("Add", [b.op("Mul", [octaves, cells]), b.f64(1)]);
      const isNegative = b.cast(b.op("Less", [x, b.f64(0)]), "float64");
      const start = b.op("Add", [b.op("Mul", [e, cells]), b.op("Mul", [isNegative, side])]);
      const full = b.op("CastLike", [interpolated(b, a, { e, start }), "table"]);
      const offset = b.op("Reshape", [b.attribute("x_offset"), b.i64s(1)]);
      return b.op("Gather", [rotated(b, full, offset), b.cast("x", "int32")]);
    },
  });
}
