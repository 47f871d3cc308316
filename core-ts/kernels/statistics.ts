import { type Arena, CHUNK, forEachChunk } from "./arena.ts";
import { HALF_BINS, type Histogram } from "./bins.ts";
import { Counters } from "./counters.ts";
import type { KernelExports } from "./instance.ts";
import type { Kernels, MinMax } from "./kernels.ts";

/** Result of minMax for an empty array. */
const NOTHING: MinMax = {
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  nonFinite: 0,
  zeros: 0,
};

/** The statistics of two disjoint parts as one. */
function joinMinMax(a: MinMax, b: MinMax): MinMax {
  return {
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    nonFinite: a.nonFinite + b.nonFinite,
    zeros: a.zeros + b.zeros,
  };
}

/** A piece of the input, copied into WASM memory. */
interface Chunk {
  readonly address: number;
  readonly n: number;
}

class Statistics {
  readonly #wasm: KernelExports;
  readonly #arena: Arena;
  readonly #counters: Counters;

  constructor(wasm: KernelExports, arena: Arena) {
    this.#wasm = wasm;
    this.#arena = arena;
    this.#counters = new Counters(wasm, arena);
  }

  minMax(x: Float32Array): MinMax {
    let result = NOTHING;
    this.#forEach(x, (chunk) => {
      result = joinMinMax(result, this.#minMaxOf(chunk));
    });
    return result;
  }

  addToHistogram(x: Float32Array, exponent: number, bins: Float64Array): void {
    this.#forEach(x, (chunk) => this.#counters.add(chunk.address, chunk.n, { exponent, bins }));
    this.#counters.flush(bins);
  }

  collect(x: Float32Array, histogram: Histogram): MinMax {
    const { bins } = histogram;
    let result = NOTHING;
    this.#forEach(x, (chunk) => {
      const found = this.#minMaxOf(chunk);
      result = joinMinMax(result, found);
      this.#counters.makeRoom(found, histogram);
      const { exponent } = histogram;
      if (exponent === null) bins[HALF_BINS] = bins[HALF_BINS]! + found.zeros;
      else this.#counters.add(chunk.address, chunk.n, { exponent, bins });
    });
    this.#counters.flush(bins);
    return result;
  }

  #forEach(x: Float32Array, visit: (chunk: Chunk) => void): void {
    const [address] = this.#arena.place(CHUNK * 4);
    forEachChunk(x.length, (start, end) => {
      this.#arena.float32(address, end - start).set(x.subarray(start, end));
      visit({ address, n: end - start });
    });
  }

  #minMaxOf({ address, n }: Chunk): MinMax {
    this.#wasm.minMax(address, n);
    const [min, max, zeros, nonFinite] = this.#arena.float64(this.#wasm.resultBase(), 4);
    return { min: min!, max: max!, zeros: zeros!, nonFinite: nonFinite! };
  }
}

/** The kernels that gather statistics; the loops over chunks and the widening of the histogram around the WASM passes. */
export function statisticsKernels(
  wasm: KernelExports,
  arena: Arena,
): Pick<Kernels, "minMax" | "addToHistogram" | "collect"> {
  const statistics = new Statistics(wasm, arena);
  return {
    minMax: (x) => statistics.minMax(x),
    addToHistogram: (x, exponent, bins) => statistics.addToHistogram(x, exponent, bins),
    collect: (x, histogram) => statistics.collect(x, histogram),
  };
}
