import { type Arena, CHUNK, forEachChunk } from "./arena.ts";
import { exponentOf, HALF_BINS, type Histogram, MIN_EXPONENT, powerOfTwo, widen } from "./bins.ts";
import type { KernelExports } from "./instance.ts";
import type { Kernels, MinMax } from "./kernels.ts";

/** The u32 counters in WASM are flushed before this many values could have wrapped one of them. */
const FLUSH_AFTER = 2 ** 31;

/** Result of minMax for an empty array. */
const NOTHING: MinMax = {
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  nonFinite: 0,
  zeros: 0,
};

/** The statistics of two disjoint parts as one. */
export function joinMinMax(a: MinMax, b: MinMax): MinMax {
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    nonFinite: a.nonFinite + b.nonFinite,
    zeros: a.zeros + b.zeros,
  };
}

export function statisticsKernels(
  wasm: KernelExports,
  arena: Arena,
): Pick<Kernels, "minMax" | "addToHistogram" | "collect"> {
  const copyIn = (x: Float32Array, start: number, end: number): number => {
    const [address] = arena.place(CHUNK * 4);
    arena.float32(address, end - start).set(x.subarray(start, end));
    return address;
  };
  const chunkMinMax = (address: number, n: number): MinMax => {
    wasm.minMax(address, n);
    const [min, max, zeros, nonFinite] = arena.float64(wasm.resultBase(), 4);
    return { min: min!, max: max!, zeros: zeros!, nonFinite: nonFinite! };
  };
  const counters = new Counters(wasm, arena);

  return {
    minMax(x) {
      let result = NOTHING;
      forEachChunk(x.length, (start, end) => {
        result = joinMinMax(result, chunkMinMax(copyIn(x, start, end), end - start));
      });
      return result;
    },
    addToHistogram(x, exponent, bins) {
      forEachChunk(x.length, (start, end) => {
        counters.add(copyIn(x, start, end), end - start, { exponent, bins });
      });
      counters.flush(bins);
    },
    collect(x, histogram) {
      let result = NOTHING;
      forEachChunk(x.length, (start, end) => {
        const address = copyIn(x, start, end);
        const chunk = chunkMinMax(address, end - start);
        result = joinMinMax(result, chunk);
        counters.makeRoom(chunk, histogram);
        if (histogram.exponent === null) {
          histogram.bins[HALF_BINS] = histogram.bins[HALF_BINS]! + chunk.zeros;
        } else {
          counters.add(address, end - start, { exponent: histogram.exponent, bins: histogram.bins });
        }
      });
      counters.flush(histogram.bins);
      return result;
    },
  };
}

/** The counters in WASM memory; all zero between calls of the kernels. */
class Counters {
  readonly #wasm: KernelExports;
  readonly #arena: Arena;
  #pending = 0;

  constructor(wasm: KernelExports, arena: Arena) {
    this.#wasm = wasm;
    this.#arena = arena;
    wasm.clearTables();
  }

  add(address: number, n: number, into: { readonly exponent: number; readonly bins: Float64Array }): void {
    if (this.#pending + n > FLUSH_AFTER) this.flush(into.bins);
    this.#wasm.addToTables(address, n, powerOfTwo(-Math.max(into.exponent, MIN_EXPONENT)) * HALF_BINS);
    this.#pending += n;
  }

  /** Widens the histogram if the values of a chunk pass its limits. Counts of the old width go to their bins before that. */
  makeRoom(chunk: MinMax, histogram: Histogram): void {
    const magnitude = Math.max(-chunk.min, chunk.max);
    if (!(magnitude > 0)) return;
    const exponent = exponentOf(magnitude);
    if (histogram.exponent !== null && exponent <= histogram.exponent) return;
    this.flush(histogram.bins);
    widen(histogram, exponent);
  }

  flush(bins: Float64Array): void {
    if (this.#pending === 0) return;
    this.#wasm.sumTables();
    const totals = this.#arena.uint32(this.#wasm.tableBase(), 2 * HALF_BINS);
    for (let i = 0; i < totals.length; i++) bins[i] = bins[i]! + totals[i]!;
    this.#wasm.clearTables();
    this.#pending = 0;
  }
}
