import { attr } from "../../graph/attributes.ts";
import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, firstShift, requantizeWide, scalarFactor, twoToThe } from "../fragments/requantize.ts";

/** Two operands as int32, for which ONNX Runtime has every kernel. */
const both = (b: BodyBuilder): [string, string] => [b.cast("a", "int32"), b.cast("b", "int32")];

/** a OP b on integers of one scale, broadcasting; bool. */
function comparison(op: "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual"): FunctionDef {
  return defineFunction({
    name: op,
    inputs: ["a", "b"],
    attributes: [],
    body: (b) => b.op(op, both(b)),
  });
}

export const equal = (): FunctionDef => comparison("Equal");
export const greater = (): FunctionDef => comparison("Greater");
export const greaterOrEqual = (): FunctionDef => comparison("GreaterOrEqual");
export const less = (): FunctionDef => comparison("Less");
export const lessOrEqual = (): FunctionDef => comparison("LessOrEqual");

/** The larger or the smaller of two integers of one type and scale, broadcasting. */
function extremum(name: string, op: "Max" | "Min"): FunctionDef {
  return defineFunction({
    name,
    inputs: ["a", "b"],
    attributes: [],
    body: (b) => b.op("CastLike", [b.op(op, both(b)), "a"]),
  });
}

export const max16 = (): FunctionDef => extremum("Max16", "Max");
export const min16 = (): FunctionDef => extremum("Min16", "Min");

/** a where the condition (bool) holds, else b, of one type and scale, broadcasting. */
export function where(): FunctionDef {
  return defineFunction({
    name: "Where",
    inputs: ["condition", "a", "b"],
    attributes: [],
    body: (b) => b.op("CastLike", [b.op("Where", ["condition", ...both(b)]), "a"]),
  });
}

/**
 * requantize of the rest of x·increment divided by 2^period, with the sign of x. |x·increment| < 2^47, and fmod is exact in float64; the divisor is a
 * power of two.
 */
export function mod(): FunctionDef {
  return defineFunction({
    name: "Mod",
    inputs: ["x", "increment", "multiplier", "shift"],
    attributes: [...BOUNDS, "period", "q1"],
    body(b) {
      const scalar = (value: string) => b.op("Squeeze", [value]);
      const phase = b.op("Mul", [b.cast("x", "float64"), scalar(b.cast("increment", "float64"))]);
      const period = scalar(twoToThe(b, b.attribute("period")));
      const rest = b.op("Mod", [phase, period], { fmod: attr.int(1) });
      return requantizeWide(b, b.op("Mul", [rest, scalar(firstShift(b))]), scalarFactor(b));
    },
  });
}
