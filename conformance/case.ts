import type { Tensor } from "../core-ts/tensor/tensor.ts";
import type { NamedCase } from "./groups/group.ts";

export interface CaseInput {
  readonly tensor: Tensor;
  /** Stored in the model, as weights, multipliers and tables are; else fed. */
  readonly constant: boolean;
}

export type CaseAttributes = Readonly<Record<string, number | readonly number[] | string>>;

/** One call of an integer op, a kernel or a threshold search, and the one right answer. */
export interface ConformanceCase extends NamedCase {
  readonly op: string;
  /** In the op's order. */
  readonly inputs: readonly CaseInput[];
  readonly attrs: CaseAttributes;
  /** Which output the answer is; the first when absent. */
  readonly output?: number;
  readonly expected: Tensor;
}
