import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { attrBool, attrString, type Dims } from "../node.ts";
import { rankedDims } from "../settle.ts";
import { broadcast, type TensorValue } from "../value.ts";

/** The value with its last two axes exchanged, where `wanted`. */
function oriented(x: TensorValue, wanted: boolean, to: Emitter): TensorValue {
  if (!wanted) return to.plain(x);
  const { length: rank } = rankedDims(x, "a matrix");
  const perm = Array.from({ length: rank }, (_, i) => i);
  [perm[rank - 2], perm[rank - 1]] = [rank - 1, rank - 2];
  return to.plain(to.relabel(x, perm));
}

/** Rows of a constant matrix in the order of the columns it meets; undefined where that can't be done. */
function matched(a: TensorValue, b: TensorValue, to: Emitter): [TensorValue, TensorValue] | undefined {
  const constant = to.constantOf(b);
  if (!a.loose || constant?.dtype !== "float32" || constant.dims.length !== 2) return undefined;
  const { name, columns } = a.loose;
  const width = constant.dims[1]!;
  const data = new Float32Array(constant.data.length);
  for (const [to, from] of columns.entries()) {
    data.set(constant.data.subarray(from * width, (from + 1) * width), to * width);
  }
  return [{ ...a, name }, to.constant({ ...constant, data }, "weights")];
}

function productDims(a: Dims | null, b: Dims | null): Dims | null {
  const batch = a && b && broadcast([a.slice(0, -2), b.slice(0, -2)]);
  return batch && [...batch, a!.at(-2)!, b!.at(-1)!];
}

const matmul =
  (left: string, right: string): Convert =>
  (node, [a, b], to) => {
    const x = oriented(a!, attrBool(node, left, false), to);
    const y = oriented(b!, attrBool(node, right, false), to);
    const [rows, columns] = matched(x, y, to) ?? [x, y];
    return to.emit("MatMul", [rows, columns], { dtype: a!.dtype, dims: productDims(x.dims, y.dims) });
  };

/** The dimensions that an equation without "..." comes to; null where a letter is not found. */
function einsumDims(equation: string, inputs: readonly TensorValue[]): Dims | null {
  const [from = "", result] = equation.replaceAll(" ", "").split("->");
  if (result === undefined || equation.includes("...")) return null;
  const sizes = new Map<string, number | null>();
  for (const [i, letters] of from.split(",").entries()) {
    for (const [axis, letter] of [...letters].entries())
      sizes.set(letter, inputs[i]?.dims?.[axis] ?? sizes.get(letter) ?? null);
  }
  return [...result].map((letter) => sizes.get(letter) ?? null);
}

const einsum: Convert = (node, inputs, to) => {
  const equation = attrString(node, "equation", "");
  const type = { dtype: inputs[0]!.dtype, dims: einsumDims(equation, inputs) };
  return to.emit(
    "Einsum",
    inputs.map((x) => to.plain(x)),
    type,
    { equation: attr.string(equation) },
  );
};

export const MATRIX: Readonly<Record<string, Convert>> = {
  BatchMatMul: matmul("adj_x", "adj_y"),
  BatchMatMulV2: matmul("adj_x", "adj_y"),
  BatchMatMulV3: matmul("adj_x", "adj_y"),
  Einsum: einsum,
  MatMul: matmul("transpose_a", "transpose_b"),
};
