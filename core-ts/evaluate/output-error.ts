import { copyOf } from "../calibrate/batches.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { ErrorSums, sqnrDb } from "../report/layer-error.ts";
import type { Tensor } from "../tensor/tensor.ts";

type Outputs = ReadonlyMap<string, Tensor>;

/** What the float model answered to the first batches, so that other models' answers to the same can be held against it. */
export class FloatAnswers {
  readonly #batches: Outputs[] = [];

  /** @param most batches that are kept: memory does not grow with the data. */
  constructor(private readonly most: number) {}

  add(outputs: Outputs): void {
    if (this.#batches.length >= this.most) return;
    this.#batches.push(new Map([...outputs].map(([name, t]) => [name, copyOf(t)])));
  }

  /** A comparison of one other model, batch by batch in the same order. */
  compare(): OutputError {
    return new OutputError(this.#batches);
  }
}

/** How far one model's answers are from the float model's, in real units. */
export class OutputError {
  readonly #sums = new Map<string, ErrorSums>();
  #at = 0;

  constructor(private readonly batches: readonly Outputs[]) {}

  add(outputs: Outputs): void {
    for (const [name, left] of this.batches[this.#at++] ?? []) {
      const right = outputs.get(name);
      if (left.dtype !== "float32" || right?.dtype !== "float32") continue;
      const sums = this.#sums.get(name) ?? new ErrorSums();
      sums.add(left.data, right.data, 1);
      this.#sums.set(name, sums);
    }
  }

  /** Σ(r-l)²/Σl², the mean over the outputs: boxes and scores weigh the same whatever their units. 0 where nothing was compared. */
  get noise(): number {
    const shares = [...this.#sums.values()].map(({ left, error }) =>
      error === 0 ? 0 : left === 0 ? 1 : error / left,
    );
    return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  /** -10·log10 of the noise; Infinity where there is none. */
  sqnrDb(kernels: Kernels): number {
    return sqnrDb(1, this.noise, kernels);
  }
}
