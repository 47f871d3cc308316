import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, factor, firstShift, requantizeBiased, requantizeWide } from "../fragments/requantize.ts";
import { unsignedOf } from "../fragments/unsigned.ts";
import { LINEAR_INPUTS } from "./conv.ts";

/** Bias, multiplier and shift run along the last axis of the result, so they broadcast as they are. */
function finish8(b: BodyBuilder, product: string): string {
  return requantizeBiased(b, b.cast(product, "float64"), {
    bias: "bias",
    k: factor(b, "multiplier", "shift"),
  });
}

/** y = requantize(Σ x·w + bias), x and w int8. */
export function gemm8(): FunctionDef {
  return defineFunction({
    name: "Gemm8",
    inputs: LINEAR_INPUTS,
    attributes: BOUNDS,
    body: (b) => finish8(b, b.op("MatMulInteger", ["x", "w"])),
  });
}

/** The same for x uint8: (uint8, int8) is not exact on every CPU (fixed-point-ir.md, section 2), so w + 128 with zero point 128 is used. */
export function gemmU8(): FunctionDef {
  return defineFunction({
    name: "GemmU8",
    inputs: LINEAR_INPUTS,
    attributes: BOUNDS,
    body(b) {
      const w = unsignedOf(b, "w");
      return finish8(b, b.op("MatMulInteger", ["x", w.bytes, "", w.zeroPoint]));
    },
  });
}

/**
 * y = requantize(Σ x·w + bias) at 16 bit. |x·w| < 2^31, so that up to 2^21 products and a bias below 2^51 stay below 2^53, and float64 holds every
 * partial sum exactly, in any order. One float64 product is 3 times as fast as four of bytes (ViT-tiny as a whole: 53 → 33 ms).
 */
export function gemm16(): FunctionDef {
  return defineFunction({
    name: "Gemm16",
    inputs: LINEAR_INPUTS,
    attributes: [...BOUNDS, "q1"],
    body(b) {
      const product = b.op("MatMul", [b.cast("x", "float64"), b.cast("w", "float64")]);
      const sum = b.op("Add", [product, b.cast("bias", "float64")]);
      return requantizeWide(b, b.op("Mul", [sum, firstShift(b)]), factor(b, "multiplier", "shift"));
    },
  });
}
