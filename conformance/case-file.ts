import type { ErrorCode, ErrorPlace } from "../core-ts/errors.ts";
import { fromBytes } from "../core-ts/onnx/tensor-data.ts";
import type { QuantOptions } from "../core-ts/pipeline.ts";
import type { DType } from "../core-ts/tensor/dtype.ts";
import type { Tensor } from "../core-ts/tensor/tensor.ts";
import type { CaseAttributes, ConformanceCase } from "./case.ts";
import type { NamedCase } from "./groups/group.ts";

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
  /** Which output of the op is meant; the first when absent. */
  readonly output?: number;
  readonly expected: StoredTensor;
}

/** What functions.json, kernels.json and searches.json hold. */
export interface CaseFile {
  /** Inputs that several cases share. */
  readonly tensors: Readonly<Record<string, StoredTensor>>;
  /** By op, kernel or observer. */
  readonly cases: Readonly<Record<string, readonly StoredCase[]>>;
}

/** What a case of a whole model starts from. */
export interface StoredModel {
  /** What the case is about. */
  readonly title: string;
  /** The ONNX file, base64. */
  readonly model: string;
}

/** A float model through one pass, or through all of them. */
export interface StoredPass extends StoredModel {
  readonly expected: {
    /** As `nodeText` of conformance/node-text.ts writes them, in order. */
    readonly nodes: readonly string[];
    /** Every constant that a node reads. */
    readonly constants: Readonly<Record<string, StoredTensor>>;
  };
}

/** A model, options and data. */
export interface StoredRun extends StoredModel {
  /** What differs from `DEFAULTS` of conformance/whole-way.ts. */
  readonly options: Partial<QuantOptions>;
  /** By input name. */
  readonly batches: readonly Readonly<Record<string, StoredTensor>>[];
}

export interface StoredQuantization extends StoredRun {
  /** SHA-256 of the written model, in hexadecimal. */
  readonly expected: string;
}

export interface StoredError extends StoredRun {
  /** The host asks to stop before the first batch. */
  readonly abort?: true;
  readonly expected: {
    readonly code: ErrorCode;
    /** The place the error names, as far as the case says. */
    readonly where: ErrorPlace;
    /** What the message must name: what was found. */
    readonly says: readonly string[];
  };
}

/** A case file without shared tensors, by what the cases are about. */
interface Cases<Stored> {
  readonly cases: Readonly<Record<string, readonly Stored[]>>;
}

/** What conformance/cases/NAME.json holds. */
export interface CaseFiles {
  readonly functions: CaseFile;
  readonly kernels: CaseFile;
  readonly searches: CaseFile;
  readonly passes: Cases<StoredPass>;
  readonly models: Cases<StoredQuantization>;
  readonly errors: Cases<StoredError>;
}

/** The web's decoder, which every host has. */
declare const atob: (base64: string) => string;

export function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

export function restore({ dtype, dims, base64 }: StoredTensor): Tensor {
  return fromBytes(dtype, dims, bytesOf(base64));
}

/** A case as it is stored, with its name. */
export type Named<Stored> = Stored & NamedCase;

/** All cases of a file without shared tensors, named after `group`. */
export function namedCases<Stored>(file: Cases<Stored>, group: string): Named<Stored>[] {
  return Object.entries(file.cases).flatMap(([op, some]) =>
    some.map((stored, i) => ({ ...stored, name: `${group}/${op}/${i}` })),
  );
}

/** The cases of one op, named after `group`. */
export function casesOf(file: CaseFile, group: string, op: string): ConformanceCase[] {
  return (file.cases[op] ?? []).map(({ inputs, attrs, output, expected }, i) => ({
    name: `${group}/${op}/${i}`,
    op,
    inputs: inputs.map((input) => {
      const stored = typeof input === "string" ? file.tensors[input]! : input;
      return { tensor: restore(stored), constant: stored.constant ?? false };
    }),
    attrs,
    ...(output === undefined ? {} : { output }),
    expected: restore(expected),
  }));
}
