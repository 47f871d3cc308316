import { ErrorSums } from "../../../../core-ts/report/layer-error.ts";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { InferResult } from "../../../shared/job/index.ts";

/** One of the largest values of an output, in both models. */
export interface Row {
  readonly index: number;
  readonly float: number;
  readonly fixed: number;
}

export interface Agreement {
  readonly output: string;
  readonly cosine: number;
  /** The float model's largest values, and the fixed model's where others are. Largest of the float model first. */
  readonly rows: readonly Row[];
  /** Index of each model's largest value. */
  readonly best: { readonly float: number; readonly fixed: number };
}

const TOP = 5;

function numbers({ data }: Tensor): number[] {
  return Array.from(data as ArrayLike<unknown>, Number);
}

function largest(values: readonly number[], count: number): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, count);
}

function compare(output: string, float: readonly number[], fixed: readonly number[]): Agreement {
  const sums = new ErrorSums();
  sums.add(float, fixed, 1);
  const [left, right] = [largest(float, TOP), largest(fixed, TOP)];
  const indices = [...new Set([...left, ...right])];
  const rows = indices.map((index) => ({ index, float: float[index]!, fixed: fixed[index]! }));
  return { output, cosine: sums.cosine, rows, best: { float: left[0] ?? 0, fixed: right[0] ?? 0 } };
}

/** Both models' outputs of the first batch, side by side; outputs that only one of them has are left out. */
export function agreements(float: InferResult, fixed: InferResult): Agreement[] {
  const other = fixed.batches[0];
  return [...(float.batches[0] ?? [])].flatMap(([name, t]) => {
    const twin = other?.get(name);
    return twin ? [compare(name, numbers(t), numbers(twin))] : [];
  });
}
