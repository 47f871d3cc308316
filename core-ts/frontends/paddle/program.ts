import type { DType } from "../../tensor/dtype.ts";

/** A variable of a program. */
export interface Variable {
  readonly name: string;
  /** Undefined for what is no dense tensor, or is of a type that has no counterpart. */
  readonly dtype: DType | undefined;
  /** -1 is an open dimension; undefined for what is no dense tensor. */
  readonly dims: readonly number[] | undefined;
  /** Its value is in the file of parameters. */
  readonly persistable: boolean;
}

export type AttributeValue = number | boolean | string | readonly number[] | readonly string[];

/** An op call: slots by name, each with any number of variables. */
export interface Op {
  readonly type: string;
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  readonly outputs: ReadonlyMap<string, readonly string[]>;
  readonly attrs: ReadonlyMap<string, AttributeValue>;
}

/** A program as it was saved for inference, whatever the format of its file. */
export interface Program {
  readonly file: string;
  readonly variables: ReadonlyMap<string, Variable>;
  /** Names of the variables that are fed and fetched, in order. */
  readonly feeds: readonly string[];
  readonly fetches: readonly string[];
  /** Ops of the first block, without feed and fetch. */
  readonly ops: readonly Op[];
}
