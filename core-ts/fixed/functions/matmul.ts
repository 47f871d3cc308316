import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { combine, type Product, splitBytes } from "../fragments/bytes.ts";
import { BOUNDS, requantize, requantizeWide, scalarFactor } from "../fragments/requantize.ts";
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

/** Both 16 bit: four products of unsigned bytes, K ≤ 32768. */
export function matmul16(): FunctionDef {
  return defineFunction({
    name: "MatMul16",
    inputs: INPUTS,
    attributes: [...BOUNDS, "a_offset", "b_offset", "q1"],
    body(b) {
      const product: Product = (x, w) => b.op("MatMulInteger", [x.bytes, w.bytes, x.zeroPoint, w.zeroPoint]);
      const sum = combine(b, {
        x: splitBytes(b, "a", "a_offset"),
        w: splitBytes(b, "b", "b_offset"),
        product,
      });
      return requantizeWide(b, sum, scalarFactor(b));
    },
  });
}
