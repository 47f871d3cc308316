import type { Tensor } from "../../../core-ts/tensor/tensor.ts";

/** Built-in functions: random data, and the files of -d. Neither knows what is right. */
export const INFER_AUTO = "infer_auto";
export const INFER_FILES = "infer_files";

/** What a result of such a function is, in words; undefined for other functions, whose results are the user's own. */
export function measureOf(inferFunction: string): string | undefined {
  const fed = { [INFER_AUTO]: "random numbers", [INFER_FILES]: "data without labels" }[inferFunction];
  return fed && `${inferFunction} fed ${fed}`;
}

/** Float outputs kept for comparison: enough to be representative, and memory does not grow with the number of batches. */
export const COMPARED_BATCHES = 8;

/** Sums of (l·r)/(‖l‖‖r‖) over all outputs of a batch taken together. */
function cosine(left: readonly Tensor[], right: readonly Tensor[]): number {
  let [dot, l2, r2] = [0, 0, 0];
  for (const [i, l] of left.entries()) {
    const a = Array.from(l.data as Iterable<number>, Number);
    const b = Array.from((right[i]?.data ?? []) as Iterable<number>, Number);
    for (const [j, x] of a.entries()) {
      const y = b[j] ?? 0;
      dot += x * y;
      l2 += x * x;
      r2 += y * y;
    }
  }
  if (l2 === 0 && r2 === 0) return 1;
  return l2 === 0 || r2 === 0 ? 0 : dot / Math.sqrt(l2 * r2);
}

/**
 * A measure where no labels tell what is right: the first model that runs is the reference and gets 1, every later one the mean cosine of its
 * outputs to the reference's, over the first batches.
 */
export class ReferenceAnswers {
  readonly #reference: Tensor[][] = [];
  #isReference = true;
  #sum = 0;
  #seen = 0;

  /** The outputs of the next batch. */
  add(outputs: readonly Tensor[]): void {
    if (this.#seen++ >= COMPARED_BATCHES) return;
    if (this.#isReference) this.#reference.push([...outputs]);
    else this.#sum += cosine(this.#reference[this.#seen - 1] ?? [], outputs);
  }

  /** The result of the model that ran; the next outputs are another model's. */
  finish(): number {
    const result = this.#isReference ? 1 : this.#sum / Math.min(this.#seen, COMPARED_BATCHES);
    this.#isReference = false;
    [this.#sum, this.#seen] = [0, 0];
    return result;
  }
}
