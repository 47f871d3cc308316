import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Random } from "../../reference/random.ts";

/** The values around which float kernels go wrong. */
const EXTREMES = [
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0],
  ...[1.401298464324817e-45, -1.401298464324817e-45, 1e-39, -1e-39],
  ...[3.4028234663852886e38, -3.4028234663852886e38, 1, -1, 0.5, -0.5, 2 ** -100, -(2 ** -100), 1 + 2 ** -23],
];
const FINITE = EXTREMES.filter(Number.isFinite);

/** About normal, deviation 1: a sum of twelve uniform numbers. No logarithm or cosine, whose last bits differ between engines. */
export function normal(random: Random): number {
  let sum = -6;
  for (let k = 0; k < 12; k++) sum += random.next();
  return sum;
}

/** Normal values; every third one is replaced by an extreme value, finite only or not. */
export function extreme(random: Random, length: number, finite = false): Float32Array {
  return Float32Array.from({ length }, () => {
    const plain = normal(random);
    return random.chance(1 / 3) ? random.pick(finite ? FINITE : EXTREMES) : plain;
  });
}

export const vector = (values: Float32Array): Tensor => tensor("float32", [values.length], values);
