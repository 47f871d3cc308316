import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { BOUNDS, firstShift, requantize, requantizeWide, scalarFactor } from "../fragments/requantize.ts";
import { unsignedOf } from "../fragments/unsigned.ts";

const INPUTS = ["a", "b", "multiplier", "shift"] as const;

function finish(b: BodyBuilder, product: string): string {
  return requantize(b, b.cast(product, "float64"), scalarFactor(b));
}

/** y = requantize(Σ a·b) of two activations: (int8, int8), (uint8, uint8) or (int8, uint8), each exact on every CPU. */
export function matmul8(): FunctionDef {
  return defineFunction({
    name: "MatMul8",
    inputs: INPUTS,
    attributes: BOUNDS,
    body: (b) => finish(b, b.op("MatMulInteger", ["a", "b"])),
  });
}

/** The remaining pair, (uint8, int8): b is shifted to uint8. */
export function matmulU8S8(): FunctionDef {
  return defineFunction({
    name: "MatMulU8S8",
    inputs: INPUTS,
    attributes: BOUNDS,
    body(b) {
      const right = unsignedOf(b, "b");
      return finish(b, b.op("MatMulInteger", ["a", right.bytes, "", right.zeroPoint]));
    },
  });
}

/**
 * The same for any pair of 8-bit types where terms · max|a| · max|b| < 2^24: float32 holds every partial sum exactly, in any order, and ONNX Runtime
 * multiplies float matrices several times as fast as integers (QKᵀ of ViT-tiny: 0.22 against 0.54 ms, in WASM 0.7 against 2.1).
 */
export function shortMatmul8(): FunctionDef {
  return defineFunction({
    name: "ShortMatMul8",
    inputs: INPUTS,
    attributes: BOUNDS,
    body: (b) => finish(b, b.op("MatMul", [b.cast("a", "float32"), b.cast("b", "float32")])),
  });
}

/** Both 16 bit: |Σ a·b| ≤ 32768·65535² < 2^47, so that float64 holds every partial sum exactly, in any order. */
export function matmul16(): FunctionDef {
  return defineFunction({
    name: "MatMul16",
    inputs: INPUTS,
    attributes: [...BOUNDS, "q1"],
    body(b) {
      const sum = b.op("MatMul", [b.cast("a", "float64"), b.cast("b", "float64")]);
      const unit = b.op("Squeeze", [firstShift(b)]);
      return requantizeWide(b, b.op("Mul", [sum, unit]), scalarFactor(b));
    },
  });
}
