import { elementCount, type Tensor, tensor } from "../../core-ts/tensor/tensor.ts";

/** Deterministic uniform numbers in [0, 1) (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Roughly normal numbers (sum of twelve uniforms), times `spread`. */
export function normals(dims: readonly number[], next: () => number, spread = 1): Tensor {
  const data = Float32Array.from({ length: elementCount(dims) }, () => {
    let sum = -6;
    for (let k = 0; k < 12; k++) sum += next();
    return sum * spread;
  });
  return tensor("float32", dims, data);
}
