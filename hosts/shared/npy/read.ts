import { DataError } from "../../../core-ts/errors.ts";
import { elementCount, type Tensor } from "../../../core-ts/tensor/tensor.ts";
import { NPY_MAGIC, NPY_TYPES, type NpyType } from "./format.ts";

interface Header {
  readonly descr: string;
  readonly fortran: boolean;
  readonly dims: readonly number[];
  /** Where the data start. */
  readonly offset: number;
}

/** What the caller calls the file, for messages. */
type Fail = (found: string) => never;

function failure(file: string): Fail {
  return (found) => {
    throw new DataError(`${file} ${found}; save the array again with numpy.save`, { file });
  };
}

/** Versions 1 (Latin-1 header, 2-byte length), 2 (4-byte length) and 3 (UTF-8 header). */
function readHeader(bytes: Uint8Array, fail: Fail): Header {
  if (bytes.length < 12 || NPY_MAGIC.some((byte, i) => bytes[i] !== byte))
    return fail("is not a .npy file (it does not start with \\x93NUMPY)");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) return fail(`is .npy version ${version}, expected 1, 2 or 3`);
  const start = version === 1 ? 10 : 12;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (start + length > bytes.length) return fail("is cut off within its header");
  const text = new TextDecoder().decode(bytes.subarray(start, start + length));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d,\sL]*)\)/.exec(text)?.[1];
  if (descr === undefined || order === undefined || shape === undefined) {
    return fail("holds a structured array or has a damaged header, expected a plain array");
  }
  const dims = [...shape.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  return { descr, fortran: order === "True", dims, offset: start + length };
}

/** Reverses the bytes of every element in place. */
function swapBytes(bytes: Uint8Array, unit: number): void {
  for (let at = 0; at < bytes.length; at += unit) bytes.subarray(at, at + unit).reverse();
}

/** Column-major bytes to row-major bytes; `size` is one element's. */
function toRowMajor(
  bytes: Uint8Array<ArrayBuffer>,
  dims: readonly number[],
  size: number,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  const index = dims.map(() => 0);
  for (let at = 0; at < bytes.length; at += size) {
    // `index` counts in column-major order: the first axis runs fastest.
    let target = 0;
    for (const [axis, dim] of dims.entries()) target = target * dim + index[axis]!;
    out.set(bytes.subarray(at, at + size), target * size);
    for (let axis = 0; axis < dims.length; axis++) {
      index[axis]!++;
      if (index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
  return out;
}

function elementBytes({ code }: NpyType): number {
  return Number(code.slice(1));
}

/** The shape that a .npy file states. @throws DataError that names `file`. */
export function npyDims(bytes: Uint8Array, file: string): readonly number[] {
  return readHeader(bytes, failure(file)).dims;
}

/**
 * The array of a .npy file (numpy.lib.format, versions 1 to 3), either byte order, either memory order.
 * float16 comes as its bit patterns, complex numbers as pairs.
 * @throws DataError that names `file` for anything else: other formats, strings, objects, a file that is cut off.
 */
export function readNpy(bytes: Uint8Array, file: string): Tensor {
  const fail = failure(file);
  const { descr, fortran, dims, offset } = readHeader(bytes, fail);
  const type = NPY_TYPES.find(({ code }) => code === descr.slice(1));
  if (!type || !"<>|=".includes(descr[0]!)) {
    return fail(`holds elements of numpy type "${descr}", expected a number type`);
  }
  const size = elementBytes(type);
  const expected = elementCount(dims) * size;
  const found = bytes.length - offset;
  if (found !== expected) {
    return fail(
      `has ${found} bytes of data, but its shape [${dims.join(", ")}] of ${descr} needs ${expected}`,
    );
  }
  let data = new Uint8Array(bytes.subarray(offset));
  if (descr[0] === ">") swapBytes(data, type.unit);
  if (fortran && dims.length > 1) data = toRowMajor(data, dims, size);
  return { dtype: type.dtype, dims, data: type.view(data.buffer) } as Tensor;
}
