import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction, ref, refs } from "../body-builder.ts";
import {
  BOUNDS,
  firstShift,
  requantize,
  requantizeWide,
  scalarFactor,
  twoToThe,
} from "../fragments/requantize.ts";

const INPUTS = ["x", "multiplier", "shift"] as const;

function reduced(b: BodyBuilder, op: "ReduceSum" | "ReduceMax" | "ReduceMin", terms: string): string {
  return b.op(op, [terms, b.attributes("axes")], { keepdims: ref("keepdims") });
}

const square = (b: BodyBuilder, x: string): string => b.op("Mul", [x, x]);

/** requantize(Σ term(x) over `axes`); sums of integers below 2^53 are exact in float64 whatever the order. */
function sumOf(name: string, term: (b: BodyBuilder, x: string) => string): FunctionDef {
  return defineFunction({
    name,
    inputs: INPUTS,
    attributes: [...BOUNDS, "axes", "keepdims", "q1"],
    body(b) {
      const sum = reduced(b, "ReduceSum", term(b, b.cast("x", "float64")));
      return requantizeWide(b, b.op("Mul", [sum, b.op("Squeeze", [firstShift(b)])]), scalarFactor(b));
    },
  });
}

export const reduceMean = (): FunctionDef => sumOf("ReduceMean", (_, x) => x);
export const reduceSum = (): FunctionDef => sumOf("ReduceSum", (_, x) => x);
export const reduceL1 = (): FunctionDef => sumOf("ReduceL1", (b, x) => b.op("Abs", [x]));
export const reduceSumSquare = (): FunctionDef => sumOf("ReduceSumSquare", square);

/**
 * requantize(floor(√(Σ x²·4^grid))). The radicand is an integer below 2^52, and √ of IEEE-754 is correctly rounded. The largest root below a whole
 * number m ≤ 2^26 is √(m² - 1) < m - 2^-27, and float64 holds m - 2^-27, so that rounding never reaches m: the result is the integer root.
 */
export function reduceL2(): FunctionDef {
  return defineFunction({
    name: "ReduceL2",
    inputs: INPUTS,
    attributes: [...BOUNDS, "axes", "keepdims", "grid"],
    body(b) {
      const step = b.op("Squeeze", [twoToThe(b, b.attribute("grid"))]);
      const sum = reduced(b, "ReduceSum", square(b, b.cast("x", "float64")));
      const root = b.op("Sqrt", [b.op("Mul", [b.op("Mul", [sum, step]), step])]);
      return requantize(b, b.op("Floor", [root]), scalarFactor(b));
    },
  });
}

/** The largest or smallest over `axes`; int32 because ONNX Runtime has no 16-bit kernel. */
function extremum(name: string, op: "ReduceMax" | "ReduceMin"): FunctionDef {
  return defineFunction({
    name,
    inputs: ["x"],
    attributes: ["axes", "keepdims"],
    body: (b) => b.op("CastLike", [reduced(b, op, b.cast("x", "int32")), "x"]),
  });
}

export const reduceMax16 = (): FunctionDef => extremum("ReduceMax16", "ReduceMax");
export const reduceMin16 = (): FunctionDef => extremum("ReduceMin16", "ReduceMin");

/** Index of the largest or smallest along an axis. */
function index(name: string, op: "ArgMax" | "ArgMin"): FunctionDef {
  return defineFunction({
    name,
    inputs: ["x"],
    attributes: ["axis", "keepdims", "select_last_index"],
    body: (b) => b.op(op, [b.cast("x", "int32")], refs("int", ["axis", "keepdims", "select_last_index"])),
  });
}

export const argMax16 = (): FunctionDef => index("ArgMax16", "ArgMax");
export const argMin16 = (): FunctionDef => index("ArgMin16", "ArgMin");

/** requantize of the running sums along `axis`, exact as those of `sumOf` are. */
export function cumSum(): FunctionDef {
  return defineFunction({
    name: "CumSum",
    inputs: INPUTS,
    attributes: [...BOUNDS, "axis", "exclusive", "reverse", "q1"],
    body(b) {
      const sums = b.op("CumSum", [b.cast("x", "float64"), b.attribute("axis")], {
        ...refs("int", ["exclusive", "reverse"]),
      });
      return requantizeWide(b, b.op("Mul", [sums, b.op("Squeeze", [firstShift(b)])]), scalarFactor(b));
    },
  });
}

/** The k largest or smallest along an axis and their indices; int32 because ONNX Runtime has no TopK of uint16. */
export function topK16(): FunctionDef {
  return defineFunction({
    name: "TopK16",
    inputs: ["x", "k"],
    outputs: ["y", "indices"],
    attributes: ["axis", "largest", "sorted"],
    body(b) {
      const attrs = refs("int", ["axis", "largest", "sorted"]);
      const [values, indices] = b.many("TopK", [b.cast("x", "int32"), "k"], ["values", "indices"], attrs);
      return [b.op("CastLike", [values!, "x"]), indices!];
    },
  });
}
