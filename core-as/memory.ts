// The memory map. Everything below `memoryBase` of asconfig.json is laid out here by hand, so that the
// addresses are compile-time constants and fold into the offset of a load or store; AssemblyScript's own static
// data follow, and the arena of the wrapper begins after them.

/** Results of a kernel that returns several numbers, f64 each. */
@inline export const RESULT: usize = 1024;

/** Histogram counters, u32. The two tables are staggered by a few cache lines: at a distance of exactly 16 KiB, equal bins of two
 *  tables would alias in the store buffer. */
@inline export const TABLE_BINS: i32 = 4096;
@inline export const HALF: i32 = 2048;
@inline export const TABLE_0: usize = 4096;
@inline export const TABLE_1: usize = TABLE_0 + 16384 + 320;

/** Threshold searches: the folded histogram (f64[HALF]) and prefix sums over it (f64[HALF + 1] each). */
@inline export const SEARCH_BYTES: usize = 16384 + 64;
@inline export const BINS: usize = 81920;
@inline export const COUNT_BELOW: usize = BINS + SEARCH_BYTES;
@inline export const ENTROPY_BELOW: usize = COUNT_BELOW + SEARCH_BYTES;
@inline export const NONZERO_BELOW: usize = ENTROPY_BELOW + SEARCH_BYTES;
@inline export const COUNT_ABOVE: usize = NONZERO_BELOW + SEARCH_BYTES;
@inline export const EXCESS_ABOVE: usize = COUNT_ABOVE + SEARCH_BYTES;
@inline export const SQUARES_ABOVE: usize = EXCESS_ABOVE + SEARCH_BYTES;

/** Histogram totals while they are in WASM, f64[TABLE_BINS]; no search runs then, so they use its memory. */
@inline export const TOTALS: usize = BINS;

/** First address free for the wrapper's arena, a multiple of 16. */
export function arenaBase(): usize {
  return (__heap_base + 15) & ~15;
}

/** Address of the results of the last kernel that has several. */
export function resultBase(): usize {
  return RESULT;
}

/** Address of the totals that flushTables adds to. */
export function totalsBase(): usize {
  return TOTALS;
}

/** Address of the folded histogram that the searches read. */
export function binsBase(): usize {
  return BINS;
}

/** 1 in the SIMD build, 0 in the scalar build. */
export function hasSimd(): i32 {
  return ASC_FEATURE_SIMD ? 1 : 0;
}
