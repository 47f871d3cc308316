/** How far right is from left, over all elements of a layer. Formulas: spec/facts.md, "The compare command". */
export interface Measures {
  /** Σ|r-l| / Σ|l| */
  readonly mre: number;
  /** 0.5 + 0.5 · (l·r)/(‖l‖‖r‖) */
  readonly cos: number;
  /** sqrt(Σ(r-l)² / Σl²) */
  readonly rmse: number;
  /** Largest |r-l|/|l| and largest |r-l|, both over l > 1e-6. */
  readonly maxdiff: readonly [relative: number, absolute: number];
  /** Of the elements that differ, the share with r > l and that with r < l. */
  readonly bias: readonly [above: number, below: number];
}

export const MEASURES = ["mre", "cos", "rmse", "maxdiff", "bias"] as const;
export type Measure = (typeof MEASURES)[number];

/** maxdiff looks only at what is larger than this on the left. */
const LEAST_LEFT = 1e-6;

/** 0 where there is no error at all, also when there is nothing to relate it to; Infinity for an error against zeros only. */
const ratio = (error: number, size: number) => (error === 0 ? 0 : error / size);

const NOT_A_NUMBER: Measures = {
  mre: Number.NaN,
  cos: Number.NaN,
  rmse: Number.NaN,
  maxdiff: [Number.NaN, Number.NaN],
  bias: [Number.NaN, Number.NaN],
};

/** Running sums over l and r; one pass, in any number of parts. */
export class MeasureSums {
  elements = 0;
  /** Pairs in which l or r is NaN or infinite; one is enough for no measure to be a number. */
  nonFinite = 0;
  #error = 0;
  #left = 0;
  #dot = 0;
  #leftSquares = 0;
  #rightSquares = 0;
  #errorSquares = 0;
  #relative = 0;
  #absolute = 0;
  #above = 0;
  #below = 0;

  /** @param l, r as many real numbers each. */
  add(l: Float64Array, r: Float64Array): void {
    this.elements += l.length;
    for (let i = 0; i < l.length; i++) this.#addPair(l[i]!, r[i]!);
  }

  #addPair(l: number, r: number): void {
    const d = r - l;
    if (!Number.isFinite(l) || !Number.isFinite(r)) {
      this.nonFinite++;
      return;
    }
    const size = Math.abs(d);
    this.#error += size;
    this.#left += Math.abs(l);
    this.#dot += l * r;
    this.#leftSquares += l * l;
    this.#rightSquares += r * r;
    this.#errorSquares += d * d;
    if (d > 0) this.#above++;
    else if (d < 0) this.#below++;
    if (l <= LEAST_LEFT) return;
    this.#absolute = Math.max(this.#absolute, size);
    this.#relative = Math.max(this.#relative, size / l);
  }

  /** Undefined where there were no elements. Not a number with one NaN or infinite value. */
  measures(): Measures | undefined {
    if (this.elements === 0) return undefined;
    if (this.nonFinite > 0) return NOT_A_NUMBER;
    const differing = this.#above + this.#below;
    return {
      mre: ratio(this.#error, this.#left),
      cos: this.#cosine(),
      rmse: Math.sqrt(ratio(this.#errorSquares, this.#leftSquares)),
      maxdiff: [this.#relative, this.#absolute],
      bias: [ratio(this.#above, differing), ratio(this.#below, differing)],
    };
  }

  /** All zeros on both sides are the same: 1. Zeros on one side have no direction: 0.5, as at a right angle. */
  #cosine(): number {
    const [l, r] = [Math.sqrt(this.#leftSquares), Math.sqrt(this.#rightSquares)];
    if (l === 0 || r === 0) return l === r ? 1 : 0.5;
    // Rounding can carry parallel vectors past 1.
    return 0.5 + 0.5 * Math.max(-1, Math.min(1, this.#dot / l / r));
  }
}

/** Worst first: cos ascending, the others descending, ties by the second value; what is no number comes before all, what has no elements last. */
export function byMeasure(measure: Measure): (a: Measures | undefined, b: Measures | undefined) => number {
  const key = (m: Measures | undefined): readonly number[] => {
    if (!m) return [Number.NEGATIVE_INFINITY];
    const value = m[measure];
    const badness = typeof value === "number" ? [measure === "cos" ? -value : value] : value;
    return badness.map((one) => (Number.isNaN(one) ? Number.POSITIVE_INFINITY : one));
  };
  return (a, b) => {
    const [x, y] = [key(a), key(b)];
    for (let i = 0; i < Math.max(x.length, y.length); i++) {
      const [left, right] = [x[i] ?? 0, y[i] ?? 0];
      if (left !== right) return left < right ? 1 : -1;
    }
    return 0;
  };
}
