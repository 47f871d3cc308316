import type { QuantOptions } from "../../core-ts/index.ts";
import type { Tensor } from "../../core-ts/tensor/tensor.ts";

/** What an infer function is fed with. */
export interface BenchData {
  /** -d: a path below ../shared. */
  readonly data?: string;
  /** -i: batches. */
  readonly iteration: number;
}

/** One model of `npm run bench -- operators`: what a user would write on the command line, and what its task is. */
export interface BenchModel {
  readonly name: string;
  /** The file, below ../shared, or an absolute path. */
  readonly file: string;
  /** The user script, below bench/, and the infer function it registers; its result is the task's measure. */
  readonly script: string;
  readonly fn: string;
  /** What the infer function's number is, for instance "top-1 %". */
  readonly measure: string;
  /** What the float and the fixed model are compared on. */
  readonly test: BenchData;
  /** What is calibrated on; absent: the test data. */
  readonly calibration?: BenchData;
  /** -bs; absent: 1. */
  readonly batch?: number;
  /** -b; absent: 8, then 16. */
  readonly bits?: readonly (8 | 16)[];
  /** Command-line options other than chip and bit width. */
  readonly options?: Partial<QuantOptions>;
  /** What the task decides from the outputs of one batch, one entry a decision; absent: no agreement is counted. */
  decisions?(outputs: readonly Tensor[]): readonly number[];
}

/** Index of the largest element of every row of the last axis. */
export function argmaxRows(output: Tensor): number[] {
  const values = output.data as Float32Array;
  const width = output.dims.at(-1)!;
  return Array.from({ length: values.length / width }, (_, i) => {
    const row = values.subarray(i * width, (i + 1) * width);
    return row.indexOf(Math.max(...row));
  });
}
