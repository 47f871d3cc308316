import { attr } from "../../graph/attributes.ts";
import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import { type Bytes, combine, type Product, signedBytes, splitBytes } from "../fragments/bytes.ts";
import { BOUNDS, factor, requantizeBiased, requantizeWide, twoToThe } from "../fragments/requantize.ts";
import { concat, shapeFrom } from "../fragments/shapes.ts";
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

/** Zeros that fill K up to a multiple of k_chunk, and the number of chunks; int64, shape [1]. */
function chunking(b: BodyBuilder): { chunk: string; count: string; padding: string } {
  const terms = shapeFrom(b, "w", 0, 1);
  const chunk = b.attribute("k_chunk");
  const count = b.op("Div", [b.op("Sub", [b.op("Add", [terms, chunk]), b.i64(1)]), chunk]);
  return { chunk, count, padding: b.op("Sub", [b.op("Mul", [count, chunk]), terms]) };
}

/** x [..., K] as [chunks, rows, k_chunk], filled up with the byte that stands for 0. */
function chunkedRows(b: BodyBuilder, x: Bytes, chunks: ReturnType<typeof chunking>): Bytes {
  const rows = b.op("Reshape", [x.bytes, concat(b, [b.i64s(-1), shapeFrom(b, "w", 0, 1)])]);
  const filled = b.op("Pad", [rows, concat(b, [b.i64s(0, 0, 0), chunks.padding]), x.zeroPoint]);
  const chunk = b.op("Reshape", [chunks.chunk, b.i64s(1)]);
  const split = b.op("Reshape", [filled, concat(b, [b.i64s(-1), chunks.count, chunk])]);
  return { ...x, bytes: b.op("Transpose", [split], { perm: attr.ints([1, 0, 2]) }) };
}

/** w [K, N] as [chunks, k_chunk, N]; what fills it up meets zeros of x, so any byte does. */
function chunkedWeights(b: BodyBuilder, w: Bytes, chunks: ReturnType<typeof chunking>): Bytes {
  const filled = b.op("Pad", [w.bytes, concat(b, [b.i64s(0, 0), chunks.padding, b.i64s(0)])]);
  const chunk = b.op("Reshape", [chunks.chunk, b.i64s(1)]);
  return { ...w, bytes: b.op("Reshape", [filled, concat(b, [chunks.count, chunk, b.i64s(-1)])]) };
}

/** y = requantize(Σ x·w + bias) at 16 bit: four byte products per chunk of K, so that each stays inside int32; chunks are added in float64. */
export function gemm16(): FunctionDef {
  return defineFunction({
    name: "Gemm16",
    inputs: LINEAR_INPUTS,
    attributes: [...BOUNDS, "x_offset", "q1", "k_chunk"],
    body(b) {
      const chunks = chunking(b);
      const [x, w] = [splitBytes(b, "x", "x_offset"), signedBytes(b, "w")];
      const product: Product = (left, right) =>
        b.op("MatMulInteger", [left.bytes, right.bytes, left.zeroPoint, right.zeroPoint]);
      const sums = combine(b, {
        x: { high: chunkedRows(b, x.high, chunks), low: chunkedRows(b, x.low, chunks) },
        w: { high: chunkedWeights(b, w.high, chunks), low: chunkedWeights(b, w.low, chunks) },
        product,
      });
      const sum = b.op("ReduceSum", [sums, b.i64s(0)], { keepdims: attr.int(0) });
      const bias = b.op("Div", [b.cast("bias", "float64"), twoToThe(b, b.attribute("q1"))]);
      const y = requantizeWide(b, b.op("Add", [sum, bias]), factor(b, "multiplier", "shift"));
      return b.op("Reshape", [y, concat(b, [shapeFrom(b, "x", 0, -1), b.i64s(-1)])]);
    },
  });
}
