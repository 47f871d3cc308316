/** Uniform integers in [1, 2^32), the same on every host (xorshift32, G. Marsaglia 2003). A seed of 0 counts as 1. */
export function xorshift32(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}
