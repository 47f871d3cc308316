import type { DType } from "../../tensor/dtype.ts";
import type { Dims } from "./node.ts";

/** A tensor of the original graph and the ONNX value that holds it. */
export interface TensorValue {
  readonly kind: "tensor";
  /** The ONNX value. */
  readonly name: string;
  readonly dtype: DType;
  /** The shape in the order of the original graph. */
  readonly dims: Dims | null;
  /** Axis i of the ONNX value is axis perm[i] of the original; absent: the same order. */
  readonly perm?: readonly number[];
  /** Elements known at conversion, in the original's order; null for one that is not. Only small tensors have it. */
  readonly known?: readonly (number | null)[];
  /** The number that every element is, where that is known and perhaps how many there are is not. */
  readonly every?: number;
  /** Makes the value anew in another order, where transposing what feeds it is better than transposing it. */
  readonly remade?: (perm: readonly number[] | undefined) => TensorValue;
  /** For a matrix made of images: the same without a Transpose, with its columns in another order: column i is column `columns[i]`. */
  readonly loose?: { readonly name: string; readonly columns: readonly number[] };
  /** What was stacked along axis 0 to make it. */
  readonly parts?: readonly ListItem[];
}

/** An item of a list: a tensor, or row `index` of one; undefined where nothing was written yet. */
export type ListItem =
  | TensorValue
  | { readonly kind: "row"; readonly of: TensorValue; readonly index: number }
  | undefined;

/** A TensorArray or TensorList, which exists only at conversion. */
export interface ListValue {
  readonly kind: "list";
  readonly items: readonly ListItem[];
}

/** A variable of a SavedModel. */
export interface VariableValue {
  readonly kind: "variable";
  readonly name: string;
}

/** `dead`: on a branch not taken. `unknown`: made by what can't be converted, which was reported. */
export type Value = TensorValue | ListValue | VariableValue | { readonly kind: "dead" | "unknown" };

export const DEAD: Value = { kind: "dead" };
export const UNKNOWN: Value = { kind: "unknown" };

/** Type of a tensor about to be made. */
export type TensorType = Pick<TensorValue, "dtype" | "dims" | "perm" | "known">;

/** Ends the conversion of one node; what it says is gathered with the others'. */
export class Refused extends Error {
  override name = "Refused";
}

/** Product of the dimensions; null when one is unknown. */
export function countOf(dims: Dims): number | null {
  let count = 1;
  for (const dim of dims) {
    if (dim === null) return null;
    count *= dim;
  }
  return count;
}

/** numpy's broadcasting; null when a rank is unknown. */
export function broadcast(shapes: readonly (Dims | null)[]): Dims | null {
  let result: (number | null)[] = [];
  for (const dims of shapes) {
    if (dims === null) return null;
    const rank = Math.max(result.length, dims.length);
    const left = [...new Array<number>(rank - result.length).fill(1), ...result];
    const right = [...new Array<number>(rank - dims.length).fill(1), ...dims];
    result = left.map((a, i) => {
      const b = right[i]!;
      if (a === 1) return b;
      return b === 1 || b === null ? a : b;
    });
  }
  return result;
}

/** Order of an N-D image batch with the channels first, seen from channels last: [0, 3, 1, 2] for rank 4. */
export const channelsFirst = (rank: number): number[] => [
  0,
  rank - 1,
  ...Array.from({ length: rank - 2 }, (_, i) => i + 1),
];

export const isIdentity = (perm: readonly number[]): boolean => perm.every((axis, i) => axis === i);

/** A negative axis counts from the end. */
export const positive = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Dimensions in the order of the ONNX value. */
export const physicalDims = ({ dims, perm }: Pick<TensorValue, "dims" | "perm">): Dims | null =>
  dims && perm ? perm.map((axis) => dims[axis]!) : dims;

/** The axis of the ONNX value that holds an axis of the original. */
export const physicalAxis = ({ perm }: Pick<TensorValue, "perm">, axis: number): number =>
  perm ? perm.indexOf(axis) : axis;
