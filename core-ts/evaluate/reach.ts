import type { IntType } from "../quantize/scale.ts";

/** The extremes of a value, and the share of it that is beyond its grid. */
export interface Reach {
  readonly min: number;
  readonly max: number;
  readonly beyond: number;
}

/** Running extremes and counts of one value. */
export class ReachSums implements Reach {
  min = Number.POSITIVE_INFINITY;
  max = Number.NEGATIVE_INFINITY;
  #beyond = 0;
  #count = 0;

  /** Beyond: further than rounding takes it. */
  add(x: Float32Array, scale: number, { qmin, qmax }: IntType): void {
    const [low, high] = [(qmin - 0.5) * scale, (qmax + 0.5) * scale];
    let [min, max, beyond] = [this.min, this.max, 0];
    for (let i = 0; i < x.length; i++) {
      const v = x[i]!;
      if (v < low || v > high) beyond++;
      if (v < min) min = v;
      if (v > max) max = v;
    }
    this.min = min;
    this.max = max;
    this.#beyond += beyond;
    this.#count += x.length;
  }

  get beyond(): number {
    return this.#count === 0 ? 0 : this.#beyond / this.#count;
  }
}
