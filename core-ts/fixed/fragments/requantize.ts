import { powerOfTwo } from "../../power-of-two.ts";
import { type BodyBuilder, ref } from "../body-builder.ts";

/** Attributes every requantizing op has. */
export const BOUNDS = ["qmin", "qmax", "to"] as const;

/**
 * 2^shift as float64, exactly: 1 << shift on uint64, no transcendental function. `shift` is any integer tensor with values in [0, 63].
 * Its input is constant in every model we write, so ONNX Runtime computes it once, when it loads the model.
 */
export function twoToThe(b: BodyBuilder, shift: string): string {
  const one = b.cast(b.i64s(1), "uint64");
  return b.cast(
    b.op("BitShift", [one, b.cast(shift, "uint64")], { direction: { kind: "string", value: "LEFT" } }),
    "float64",
  );
}

/** m · 2^-shift as float64; exact, the divisor being a power of two. */
export function factor(b: BodyBuilder, multiplier: string, shift: string): string {
  return b.op("Div", [b.cast(multiplier, "float64"), twoToThe(b, shift)]);
}

/** The same for one multiplier and one shift, as a scalar, so that a result keeps the rank of its data. */
export function scalarFactor(b: BodyBuilder): string {
  return b.op("Squeeze", [factor(b, "multiplier", "shift")]);
}

/** clamp(floor(real), qmin, qmax) as integers of type `to`; `real` is float64. */
export function saturate(b: BodyBuilder, real: string): string {
  const bounds = [b.attributeAs("qmin", "float64"), b.attributeAs("qmax", "float64")];
  return b.op("Cast", [b.op("Clip", [b.op("Floor", [real]), ...bounds])], { to: ref("to") });
}

/**
 * clamp((acc·m + 2^(q-1)) >> q, qmin, qmax) as clamp(floor(acc·k + 1/2)), k = m·2^-q.
 *
 * Exact in float64 while |acc·m| < 2^52 (8-bit ops: acc is int32 and m < 2^15, so |acc·m| < 2^46): acc·m is an integer and scaling by 2^-q
 * changes its exponent only; acc·k + 1/2 = (acc·m + 2^(q-1))·2^-q has a numerator below 2^53. At q = 0 the formula adds 0, not 1/2, and
 * floor(integer + 1/2) is that integer.
 */
export function requantize(b: BodyBuilder, acc: string, k: string): string {
  return saturate(b, b.op("Add", [b.op("Mul", [acc, k]), b.f64(0.5)]));
}

/**
 * The same for acc + bias in one addition less: acc·k + (bias·k + 1/2), whose second term is constant.
 * |(acc + bias)·m| < 2^46 as above, and bias is int32, so every term and the sum is exact.
 */
export function requantizeBiased(
  b: BodyBuilder,
  acc: string,
  terms: { readonly bias: string; readonly k: string },
): string {
  const offset = b.op("Add", [b.op("Mul", [b.cast(terms.bias, "float64"), terms.k]), b.f64(0.5)]);
  return saturate(b, b.op("Add", [b.op("Mul", [acc, terms.k]), offset]));
}

/**
 * requantize(sat32(floor(sum))): `sum` is the float64 accumulator already multiplied by 2^-q1 (exact: a power of two), so
 * floor(sum) = acc >> q1; after saturation to int32 the bound of `requantize` holds.
 */
export function requantizeWide(b: BodyBuilder, sum: string, k: string): string {
  return requantize(b, saturated32(b, sum), k);
}

/** sat32(floor(sum)), float64. */
export function saturated32(b: BodyBuilder, sum: string): string {
  return b.op("Clip", [b.op("Floor", [sum]), b.f64(-powerOfTwo(31)), b.f64(powerOfTwo(31) - 1)]);
}

/** 2^-q1 of the caller's attribute of that name, a float64 tensor of shape [1]. */
export function firstShift(b: BodyBuilder, attribute = "q1"): string {
  return b.op("Div", [b.f64(1), twoToThe(b, b.attribute(attribute))]);
}
