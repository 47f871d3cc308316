import { ModelError, UnsupportedError } from "../../../errors.ts";
import { elementCount, type Tensor, tensor } from "../../../tensor/tensor.ts";

/** Number of torch's ScalarType in an exported program (torch/_export/serde/schema.py) → dtype, and the name in messages. */
const BY_NUMBER = {
  1: "uint8",
  2: "int8",
  3: "int16",
  4: "int32",
  5: "int64",
  6: "float16",
  7: "float32",
  8: "float64",
  12: "bool",
  28: "uint16",
} as const;

const NOT_READ: Readonly<Record<number, string>> = {
  9: "complex32",
  10: "complex64",
  11: "complex128",
  13: "bfloat16",
};

export type ScalarType = (typeof BY_NUMBER)[keyof typeof BY_NUMBER];

/** Storage classes of torch.save → dtype. */
export const STORAGES: Readonly<Record<string, ScalarType>> = {
  ByteStorage: "uint8",
  CharStorage: "int8",
  ShortStorage: "int16",
  IntStorage: "int32",
  LongStorage: "int64",
  HalfStorage: "float16",
  FloatStorage: "float32",
  DoubleStorage: "float64",
  BoolStorage: "bool",
};

/** The dtype of a ScalarType's number; undefined for one that is not read. */
export function scalarType(number: number): ScalarType | undefined {
  return (BY_NUMBER as Readonly<Record<number, ScalarType>>)[number];
}

/** What to call a ScalarType that is not read. */
export function scalarTypeName(number: number): string {
  return scalarType(number) ?? NOT_READ[number] ?? `type ${number}`;
}

const ARRAYS = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float16: Uint16Array,
  float32: Float32Array,
  float64: Float64Array,
  bool: Uint8Array,
} as const;

/** How a tensor lies in its storage, in elements. */
export interface Layout {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}

/** Positions in the storage of the elements in row-major order; undefined where they lie in that order from 0 on. */
function positions({ sizes, strides, offset }: Layout): number[] | undefined {
  let step = 1;
  let isDense = offset === 0;
  for (let axis = sizes.length - 1; axis >= 0; axis--) {
    if (sizes[axis] !== 1 && strides[axis] !== step) isDense = false;
    step *= sizes[axis]!;
  }
  if (isDense) return undefined;
  let found = [offset];
  for (const [axis, size] of sizes.entries()) {
    const steps = Array.from({ length: size }, (_, i) => i * strides[axis]!);
    found = found.flatMap((from) => steps.map((by) => from + by));
  }
  return found;
}

/**
 * A tensor from the bytes of its storage (little-endian).
 * @throws ModelError when the storage is too short.
 */
export function tensorOf(
  bytes: Uint8Array,
  dtype: ScalarType,
  layout: Layout,
  where: { readonly file: string; readonly name: string },
): Tensor {
  const { file, name } = where;
  const kind = ARRAYS[dtype];
  const width = kind.BYTES_PER_ELEMENT;
  const count = elementCount(layout.sizes);
  const at = positions(layout);
  const last = at ? at.reduce((largest, one) => Math.max(largest, one), -1) : count - 1;
  if (!(bytes.length >= (last + 1) * width)) {
    throw new ModelError(
      `"${name}" in ${file} has ${bytes.length} bytes, expected ${(last + 1) * width} for ${dtype} of shape ${layout.sizes.join("x") || "()"}; the file may be damaged: export it again`,
      { file, value: name },
    );
  }
  // A copy of its own: the entry may lie at an odd address.
  const whole = bytes.slice(0, (last + 1) * width);
  const data = new kind(whole.buffer, 0, last + 1);
  if (!at) return tensor(dtype, layout.sizes, data as never) as Tensor;
  const picked = new kind(count);
  for (const [i, from] of at.entries()) picked[i] = data[from]!;
  return tensor(dtype, layout.sizes, picked as never) as Tensor;
}

/** @throws UnsupportedError. */
export function refuseType(what: string, file: string, type: string): never {
  throw new UnsupportedError(
    `${what} in ${file} is of type ${type}, which is not read; convert the model with model.float() and export it again`,
    { file },
  );
}
