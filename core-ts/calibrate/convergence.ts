import type { RangeOptions } from "../observers/observer.ts";
import type { QuantPlan } from "../plan/plan.ts";
import { chooseScales } from "../quantize/thresholds.ts";
import type { Ranges } from "./ranges.ts";

/** Largest relative change of a scale over a doubling of the data that counts as none. */
export const SETTLED = 0.01;
/** The first comparison is that of 8 batches with 16. */
const FIRST = 8;

/**
 * Tells when more data no longer move the ranges: at 16, 32, 64, ... batches the scale of every value, as its observer would choose it, is
 * compared with what it was at half as many; settled when none has changed by SETTLED or more. The answer depends only on which batches were
 * among the first half and which among the second, not on their order there, and once true it stays so.
 */
export class RangeWatch {
  #scales: ReadonlyMap<string, number> | undefined;
  #settledAfter = 0;

  constructor(
    private readonly plan: QuantPlan,
    private readonly options: RangeOptions,
  ) {}

  /** Batches after which the ranges were found settled; 0 before that. */
  get settledAfter(): number {
    return this.#settledAfter;
  }

  /** To be called after every batch, with how many there were. */
  look(batches: number, ranges: Ranges): void {
    const isDoubling = batches >= FIRST && Number.isInteger(batches) && (batches & (batches - 1)) === 0;
    if (this.#settledAfter > 0 || !isDoubling) return;
    const before = this.#scales;
    const chosen = chooseScales(this.plan, ranges, this.options);
    this.#scales = new Map([...chosen].map(([value, { scale }]) => [value, scale]));
    const moved = [...this.#scales].some(([value, scale]) => {
      const old = before?.get(value);
      return old === undefined || Math.abs(scale - old) >= SETTLED * old;
    });
    if (!moved) this.#settledAfter = batches;
  }
}
