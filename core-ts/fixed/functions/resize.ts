import { attr } from "../../graph/attributes.ts";
import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction, refs } from "../body-builder.ts";
import { BOUNDS, firstShift, requantizeWide, scalarFactor } from "../fragments/requantize.ts";

const NEAREST = ["coordinate_transformation_mode", "nearest_mode"] as const;

/** ONNX Resize, mode nearest; `by` is the input that says how far. */
function nearest(name: string, by: "scales" | "sizes"): FunctionDef {
  return defineFunction({
    name,
    inputs: ["x", by],
    attributes: NEAREST,
    body(b) {
      const inputs = [b.cast("x", "int32"), "", ...(by === "scales" ? [by] : ["", by])];
      const resized = b.op("Resize", inputs, { ...refs("string", NEAREST), mode: attr.string("nearest") });
      return b.op("CastLike", [resized, "x"]);
    },
  });
}

export const resizeNearest16 = (): FunctionDef => nearest("ResizeNearest16", "scales");
export const resizeNearestSizes16 = (): FunctionDef => nearest("ResizeNearestSizes16", "sizes");

/** x·colsᵀ; sums of products below 2^53 (2^16·2^11·2^11·...) are exact in float64 whatever the order. */
function byColumns(b: BodyBuilder): string {
  const columns = b.op("Transpose", [b.cast("cols", "float64")], { perm: attr.ints([1, 0]) });
  return b.op("MatMul", [b.cast("x", "float64"), columns]);
}

function finish(b: BodyBuilder, sum: string): string {
  return requantizeWide(b, b.op("Mul", [sum, firstShift(b)]), scalarFactor(b));
}

/** requantize(rows·x·colsᵀ) on the last two axes, coefficients in 1/2048. */
export function resizeLinear(): FunctionDef {
  return defineFunction({
    name: "ResizeLinear",
    inputs: ["x", "rows", "cols", "multiplier", "shift"],
    attributes: [...BOUNDS, "q1"],
    body: (b) => finish(b, b.op("MatMul", [b.cast("rows", "float64"), byColumns(b)])),
  });
}

/** requantize(x·colsᵀ) on the last axis. */
export function resizeLinear1d(): FunctionDef {
  return defineFunction({
    name: "ResizeLinear1d",
    inputs: ["x", "cols", "multiplier", "shift"],
    attributes: [...BOUNDS, "q1"],
    body: (b) => finish(b, byColumns(b)),
  });
}
