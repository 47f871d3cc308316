import { elementCount, type Tensor } from "../../tensor/tensor.ts";

/** Transpose of a constant of any type: axis i of the result is axis perm[i] of t. */
export function permuteConstant(t: Tensor, perm: readonly number[]): Tensor {
  const dims = perm.map((axis) => t.dims[axis]!);
  const steps = perm.map((axis) => elementCount(t.dims.slice(axis + 1)));
  const from = t.data as { readonly [i: number]: unknown };
  const data = t.data.slice() as { [i: number]: unknown };
  const at = new Array<number>(dims.length).fill(0);
  let source = 0;
  for (let to = 0; to < t.data.length; to++) {
    data[to] = from[source];
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      source += steps[axis]!;
      if (++at[axis]! < dims[axis]!) break;
      source -= dims[axis]! * steps[axis]!;
      at[axis] = 0;
    }
  }
  return { ...t, dims, data } as unknown as Tensor;
}
