import { UnsupportedError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { NPY_ALIGNMENT, NPY_MAGIC, NPY_TYPES } from "./format.ts";

/** One value for a tuple of one, as Python writes it: (3,). */
function pythonTuple(dims: readonly number[]): string {
  return dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(", ")})`;
}

/**
 * A tensor as a .npy file of version 1, little-endian, row-major.
 * @throws UnsupportedError for element types numpy does not have (strings, bfloat16, float8, 4-bit types).
 */
export function writeNpy(t: Tensor): Uint8Array {
  const type = NPY_TYPES.find(({ dtype }) => dtype === t.dtype);
  if (!type || !ArrayBuffer.isView(t.data)) {
    throw new UnsupportedError(
      `a tensor of ${t.dtype} can't be written as .npy, which has no such type; cast it to float32`,
    );
  }
  const order = type.unit === 1 ? "|" : "<";
  const text = `{'descr': '${order}${type.code}', 'fortran_order': False, 'shape': ${pythonTuple(t.dims)}, }`;
  const unpadded = NPY_MAGIC.length + 4 + text.length + 1;
  const start = Math.ceil(unpadded / NPY_ALIGNMENT) * NPY_ALIGNMENT;
  const file = new Uint8Array(start + t.data.byteLength);
  file.set(NPY_MAGIC);
  file.set([1, 0], NPY_MAGIC.length);
  new DataView(file.buffer).setUint16(8, start - 10, true);
  file.set(new TextEncoder().encode(`${text.padEnd(start - 11)}\n`), 10);
  file.set(new Uint8Array(t.data.buffer, t.data.byteOffset, t.data.byteLength), start);
  return file;
}
