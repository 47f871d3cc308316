import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Config, ConfigReader } from "./input-config.ts";

/** Built-in functions: random data, and the files of -d. Neither knows what is right. */
export const INFER_AUTO = "infer_auto";
export const INFER_FILES = "infer_files";

/** The original tool's functions, which read data as "input-configs" say. */
export const COMMON_FUNCTIONS: readonly string[] = ["infer_common", "infer_default"];

/** What a run feeds, as far as its result depends on it. */
interface Fed {
  readonly inferFunction: string;
  readonly inputConfigs: readonly Config[];
}

/** Whether the function looks at "input-configs". */
export function readsInputConfigs(inferFunction: string): boolean {
  return COMMON_FUNCTIONS.includes(inferFunction) || inferFunction === INFER_FILES;
}

/** Whether labels are asked for, or what stands in for them. */
function calculatesAccuracy(configs: readonly Config[]): boolean {
  return configs.some((config) =>
    new ConfigReader(config, String(config.input_name ?? 0)).flag("calculate_acc"),
  );
}

/** What a result without labels is, in words; undefined where it is an accuracy, or the user's own. */
export function measureOf({ inferFunction, inputConfigs }: Fed): string | undefined {
  if (inferFunction === INFER_AUTO) return `${inferFunction} fed random numbers`;
  if (inferFunction === INFER_FILES) return `${inferFunction} fed data without labels`;
  if (!COMMON_FUNCTIONS.includes(inferFunction) || calculatesAccuracy(inputConfigs)) return undefined;
  return `${inferFunction} measured no accuracy (calculate_acc is false)`;
}

/** Float outputs kept for comparison: enough to be representative, and memory does not grow with the number of batches. */
export const COMPARED_BATCHES = 8;

/** Batches of the float model that the function must have seen before a quantized one runs; 0: it compares with none. */
export function comparedBatches(fed: Fed): number {
  if (measureOf(fed) !== undefined) return COMPARED_BATCHES;
  return COMMON_FUNCTIONS.includes(fed.inferFunction) ? Number.POSITIVE_INFINITY : 0;
}

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
