import { elementCount, type Tensor } from "./tensor.ts";

/** Transpose of a constant: axis i of the result is axis perm[i] of t. */
export function permuted<T extends Tensor>(t: T, perm: readonly number[]): T {
  const dims = perm.map((axis) => t.dims[axis]!);
  const steps = perm.map((axis) => elementCount(t.dims.slice(axis + 1)));
  const source = t.data as { readonly [i: number]: unknown };
  const data = t.data.slice() as { [i: number]: unknown };
  const at = new Array<number>(dims.length).fill(0);
  let from = 0;
  for (let to = 0; to < t.data.length; to++) {
    data[to] = source[from];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++at[axis]! < dims[axis]!) break;
      from -= dims[axis]! * steps[axis]!;
      at[axis] = 0;
    }
  }
  return { ...t, dims, data };
}
