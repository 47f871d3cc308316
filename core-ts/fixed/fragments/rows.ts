import { attr } from "../../graph/attributes.ts";
import { powerOfTwo } from "../../power-of-two.ts";
import { tensor } from "../../tensor/tensor.ts";
import type { BodyBuilder } from "../body-builder.ts";

/** Bits of the grid on which a normalised element stands: y = N·2^-22, |N| ≤ 2^22 + 1. */
export const NORMALIZED_BITS = 22;

/** Powers of 4 a sum of squares is compared with: it is below 4^26 = 2^52. */
const POWERS = Array.from({ length: 25 }, (_, k) => powerOfTwo(2 * (k + 1)));

/** The sum over `axes`, which stay as axes of size 1. */
export function sumOver(b: BodyBuilder, x: string, axes: string): string {
  return b.op("ReduceSum", [x, axes], { keepdims: attr.int(1) });
}

/** Centres rows: d = x·2^mean_bits - M, M = floor((2·S·2^mean_bits + n) / 2n), the mean of the row on a grid of 2^-mean_bits. `count` is n. */
export function centered(b: BodyBuilder, x: string, axes: string): string {
  const unit = b.cast(
    b.op("BitShift", [b.cast(b.i64(1), "uint64"), b.cast(b.attribute("mean_bits"), "uint64")], {
      direction: attr.string("LEFT"),
    }),
    "float64",
  );
  const count = b.attributeAs("count", "float64");
  const fine = b.op("Mul", [x, unit]);
  const twice = b.op("Mul", [sumOver(b, fine, axes), b.f64(2)]);
  const mean = b.op("Floor", [b.op("Div", [b.op("Add", [twice, count]), b.op("Mul", [count, b.f64(2)])])]);
  return b.op("Sub", [fine, mean]);
}

/** 2^e with 4^e ≤ w < 4^(e+1), for integers w in [1, 2^52): 1 + Σ 2^(k-1) over the k from 1 on with w ≥ 4^k. */
function rootPower(b: BodyBuilder, w: string): string {
  const powers = b.constant(tensor("float64", [POWERS.length], Float64Array.from(POWERS)));
  const steps = b.constant(
    tensor(
      "float64",
      [POWERS.length],
      Float64Array.from(POWERS, (_, k) => powerOfTwo(k)),
    ),
  );
  const reached = b.op("GreaterOrEqual", [b.op("Unsqueeze", [w, b.i64s(-1)]), powers]);
  return b.op("Add", [b.op("MatMul", [b.cast(reached, "float64"), steps]), b.f64(1)]);
}

/**
 * N = floor(d·r·2^-(e+3) + 1/2) ≈ 2^22·d/√W: W = max(Σd² + epsilon, 1) of the row, R = floor(√(W·4^(25-e))), r = floor(2^50 / R).
 *
 * All exact: W is an integer below 2^52, and so is W·4^(25-e) ≥ 2^50, whose float64 root rounds to the floor of the true one (a root just below
 * the integer R+1 ≤ 2^26 misses it by more than 2^-28, half a unit in its last place); a quotient of integers below 2^53 never rounds up to
 * an integer; d·r is below 2^50, and the powers of two only move exponents.
 */
export function normalizedRows(b: BodyBuilder, d: string, axes: string): string {
  const squares = sumOver(b, b.op("Mul", [d, d]), axes);
  const w = b.op("Max", [b.op("Add", [squares, b.attributeAs("epsilon", "float64")]), b.f64(1)]);
  const power = rootPower(b, w);
  const scaled = b.op("Div", [b.op("Mul", [b.op("Sqrt", [w]), b.f64(powerOfTwo(25))]), power]);
  const reciprocal = b.op("Floor", [b.op("Div", [b.f64(powerOfTwo(50)), b.op("Floor", [scaled])])]);
  const factor = b.op("Div", [b.op("Mul", [reciprocal, b.f64(powerOfTwo(-3))]), power]);
  return b.op("Floor", [b.op("Add", [b.op("Mul", [d, factor]), b.f64(0.5)])]);
}
