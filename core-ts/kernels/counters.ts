import { powerOfTwo } from "../power-of-two.ts";
import type { Arena } from "./arena.ts";
import { exponentOf, HALF_BINS, type Histogram, MIN_EXPONENT, widen } from "./bins.ts";
import type { KernelExports } from "./instance.ts";
import type { MinMax } from "./kernels.ts";

/** The u32 counters in WASM are flushed before this many values could have wrapped one of them. */
const FLUSH_AFTER = 0x80000000;

/** The counters in WASM memory; all zero between calls of the kernels. */
export class Counters {
  readonly #wasm: KernelExports;
  readonly #arena: Arena;
  #pending = 0;

  constructor(wasm: KernelExports, arena: Arena) {
    this.#wasm = wasm;
    this.#arena = arena;
  }

  /** Counts n values at `address`; `into` names where a flush that becomes necessary goes. */
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

  /** Adds the counts to `bins` and zeroes them. */
  flush(bins: Float64Array): void {
    if (this.#pending === 0) return;
    const totals = this.#arena.float64(this.#wasm.totalsBase(), 2 * HALF_BINS);
    totals.set(bins);
    this.#wasm.flushTables();
    bins.set(totals);
    this.#pending = 0;
  }
}
