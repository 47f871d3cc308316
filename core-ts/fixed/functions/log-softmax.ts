import { attr } from "../../graph/attributes.ts";
import type { FunctionDef } from "../../graph/graph.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { tensor } from "../../tensor/tensor.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, saturate, twoToThe } from "../fragments/requantize.ts";
import { axes, distance, shortExponentials, wideExponentials } from "./softmax.ts";

/** Powers of two a sum is compared with: it lies in [2^15, 2^47). */
const POWERS = Float64Array.from({ length: 31 }, (_, j) => powerOfTwo(16 + j));

/** floor(log2 sum) - 15 of integers in [2^15, 2^47), float64. */
function octave(b: BodyBuilder, sum: string): string {
  const powers = b.constant(tensor("float64", [POWERS.length], POWERS));
  const reached = b.op("GreaterOrEqual", [b.op("Unsqueeze", [sum, b.i64s(-1)]), powers]);
  return b.op("ReduceSum", [b.cast(reached, "float64"), b.i64s(-1)], { keepdims: attr.int(0) });
}

/** 2^24·log(sum / 2^15) from the caller's table of logarithms in [1, 2]: e·T[last] + T[i] + ((T[i+1] - T[i])·f). All below 2^53. */
function logarithm(b: BodyBuilder, sum: string): string {
  const e = octave(b, sum);
  const unit = b.op("Mul", [twoToThe(b, b.cast(e, "int64")), b.f64(powerOfTwo(15))]);
  const cells = twoToThe(b, b.attribute("table_bits"));
  const position = b.op("Mul", [b.op("Sub", [b.op("Div", [sum, unit]), b.f64(1)]), cells]);
  const i = b.op("Floor", [position]);
  const index = b.cast(i, "int64");
  const table = b.cast("logarithms", "float64");
  const left = b.op("Gather", [table, index]);
  const rise = b.op("Sub", [b.op("Gather", [table, b.op("Add", [index, b.i64(1)])]), left]);
  const part = b.op("Mul", [rise, b.op("Sub", [position, i])]);
  const fine = b.op("Add", [left, b.op("Floor", [b.op("Add", [part, b.f64(0.5)])])]);
  return b.op("Add", [b.op("Mul", [e, b.op("Gather", [table, b.cast(cells, "int64")])]), fine]);
}

/** clamp((2^(q-1) - d·m[0] - ((l·m[1] + 2^(t-1)) >> t)) >> q), q = shift[0], t = shift[1]. */
function body(b: BodyBuilder, exponentials: (b: BodyBuilder, d: string) => string): string {
  const d = distance(b);
  const sum = b.op("ReduceSum", [exponentials(b, d), axes(b)], { keepdims: attr.int(1) });
  const scalars = (values: string) => b.halves(values).map((part) => b.op("Squeeze", [part]));
  const [m0, m1] = scalars(b.cast("multiplier", "float64"));
  const [unit, logUnit] = scalars(twoToThe(b, "shift"));
  const scaled = b.op("Div", [b.op("Mul", [logarithm(b, sum), m1!]), logUnit!]);
  const log = b.op("Floor", [b.op("Add", [scaled, b.f64(0.5)])]);
  const total = b.op("Add", [b.op("Mul", [b.cast(d, "float64"), m0!]), log]);
  return saturate(b, b.op("Sub", [b.f64(0.5), b.op("Div", [total, unit!])]));
}

/** docs/fixed-ops.md, LogSoftmax8. */
export function logSoftmax8(): FunctionDef {
  return defineFunction({
    name: "LogSoftmax8",
    inputs: ["x", "table", "logarithms", "multiplier", "shift"],
    attributes: ["axis", "table_bits", ...BOUNDS],
    body: (b) => body(b, shortExponentials),
  });
}

/** docs/fixed-ops.md, LogSoftmax16. */
export function logSoftmax16(): FunctionDef {
  return defineFunction({
    name: "LogSoftmax16",
    inputs: ["x", "high", "low", "logarithms", "multiplier", "shift"],
    attributes: ["axis", "table_bits", ...BOUNDS],
    body: (b) => body(b, wideExponentials),
  });
}
