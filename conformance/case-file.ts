import { fromBytes } from "../core-ts/onnx/tensor-data.ts";
import type { DType } from "../core-ts/tensor/dtype.ts";
import type { Tensor } from "../core-ts/tensor/tensor.ts";
import type { CaseAttributes, ConformanceCase } from "./case.ts";

/** The little-endian bytes of a tensor: NaN, infinities and -0 survive, which JSON's numbers would not let them. */
export interface StoredTensor {
  readonly dtype: Exclude<DType, "string">;
  readonly dims: readonly number[];
  readonly base64: string;
  /** Stored in the model when the case is an op's; fed when absent. */
  readonly constant?: true;
}

export interface StoredCase {
  /** A string names one of the file's `tensors`. */
  readonly inputs: readonly (StoredTensor | string)[];
  readonly attrs: CaseAttributes;
  readonly expected: StoredTensor;
}

/** What conformance/cases/*.json holds. */
export interface CaseFile {
  /** Inputs that several cases share. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** By op, kernel or observer. */
  readonly cases: Readonly<Record<string, readonly StoredCase[]>>;
}

/** The web's decoder, which every host has. */
declare const atob: (base64: string) => string;

function restore({ dtype, dims, base64 }: StoredTensor): Tensor {
  return fromBytes(
    dtype,
    dims,
    Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)),
  );
}

/** The cases of one op, named after `group`. */
export function casesOf(file: CaseFile, group: string, op: string): ConformanceCase[] {
  return (file.cases[op] ?? []).map(({ inputs, attrs, expected }, i) => ({
    name: `${group}/${op}/${i}`,
    op,
    inputs: inputs.map((input) => {
      const stored = typeof input === "string" ? file.tensors[input]! : input;
      return { tensor: restore(stored), constant: stored.constant ?? false };
    }),
    attrs,
    expected: restore(expected),
  }));
}
