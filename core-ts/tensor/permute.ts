import { elementCount, type TensorOf, tensor } from "./tensor.ts";

/** Transpose of a constant: axis i of the result is axis perm[i] of t. */
export function permuted(t: TensorOf<"float32">, perm: readonly number[]): TensorOf<"float32"> {
  const dims = perm.map((axis) => t.dims[axis]!);
  const steps = perm.map((axis) => elementCount(t.dims.slice(axis + 1)));
  const data = new Float32Array(t.data.length);
  const at = new Array<number>(dims.length).fill(0);
  let from = 0;
  for (let to = 0; to < data.length; to++) {
    data[to] = t.data[from]!;
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < dims[axis]!) break;
      from -= dims[axis]! * steps[axis]!;
      at[axis] = 0;
    }
  }
  return tensor("float32", dims, data);
}
