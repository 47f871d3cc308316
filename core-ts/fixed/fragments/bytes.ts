import type { BodyBuilder } from "../body-builder.ts";
import { firstShift } from "./requantize.ts";

/** One byte of every element, uint8, and the value that stands for 0 (uint8 scalar). */
export interface Bytes {
  readonly bytes: string;
  readonly zeroPoint: string;
}

/** x = 256·(high - its zero point) + low. */
export interface SplitBytes {
  readonly high: Bytes;
  readonly low: Bytes;
}

export type Product = (x: Bytes, w: Bytes) => string;

/**
 * x int16 or uint16 as two unsigned bytes: x + offset = 256·high + low. `offset` is 32768 for int16 and 0 for uint16, so adding it equals
 * flipping (or not) the top bit of the 16-bit pattern, and the casts keep low bits (ONNX Cast: integers out of range discard high bits).
 */
function split(
  b: BodyBuilder,
  x: string,
  offset: { readonly word: string; readonly zeroPoint: string },
): SplitBytes {
  const unsigned = b.op("BitwiseXor", [b.cast(x, "uint16"), offset.word]);
  const high = b.cast(b.op("Div", [unsigned, b.cast(b.i32(256), "uint16")]), "uint8");
  return {
    high: { bytes: high, zeroPoint: offset.zeroPoint },
    low: { bytes: b.cast(unsigned, "uint8"), zeroPoint: b.cast(b.i32(0), "uint8") },
  };
}

/** Bytes of an activation; `attribute` names the caller's x_offset, a_offset or b_offset. */
export function splitBytes(b: BodyBuilder, x: string, attribute: string): SplitBytes {
  const zeroPoint = b.cast(b.op("Div", [b.attribute(attribute), b.i64(256)]), "uint8");
  return split(b, x, { word: b.attributeAs(attribute, "uint16"), zeroPoint });
}

/** Bytes of an int16 tensor: a weight, a state. */
export function signedBytes(b: BodyBuilder, w: string): SplitBytes {
  return split(b, w, { word: b.cast(b.i32(32768), "uint16"), zeroPoint: b.cast(b.i32(128), "uint8") });
}

interface ByteProducts {
  readonly x: SplitBytes;
  readonly w: SplitBytes;
  readonly product: Product;
  /** Added to the sum before the shift, broadcasting; absent: nothing. */
  readonly bias?: string;
  /** 2^-q1 when it is not that of the caller's attribute. */
  readonly unit?: string;
}

/**
 * (65536·hh + 256·(hl + lh) + ll + bias)·2^-q1 in float64. Each partial sum is exact in int32 up to 32768 terms (255²·32768 < 2^31); all
 * terms are multiples of 2^-q1 below 2^53·2^-q1, so every addition is exact.
 */
export function combine(b: BodyBuilder, { x, w, product, bias, unit = firstShift(b) }: ByteProducts): string {
  const part = (left: Bytes, right: Bytes) => b.cast(product(left, right), "float64");
  const scaled = (value: string, power: number) => b.op("Mul", [value, b.op("Mul", [unit, b.f64(power)])]);
  const high = scaled(part(x.high, w.high), 65536);
  const middle = scaled(b.op("Add", [part(x.high, w.low), part(x.low, w.high)]), 256);
  const sum = b.op("Add", [b.op("Add", [high, middle]), scaled(part(x.low, w.low), 1)]);
  return bias === undefined ? sum : b.op("Add", [sum, scaled(b.cast(bias, "float64"), 1)]);
}
