import { DATA_TYPES } from "../../../core-ts/edges/input-types.ts";
import { DataError } from "../../../core-ts/errors.ts";
import type { Dim } from "../../../core-ts/graph/graph.ts";
import { DTYPE_CODES, type DType } from "../../../core-ts/tensor/dtype.ts";
import { elementCount, type Tensor } from "../../../core-ts/tensor/tensor.ts";

/** An input or output of a loaded model; `dims` is null when not even the rank is known. */
export interface ModelEdge {
  readonly name: string;
  readonly dtype: DType;
  readonly dims: readonly Dim[] | null;
  /** Of -qid: takes integers of any small type, or float32 that holds whole numbers; the core checks that they fit `dtype`. */
  readonly takesIntegers?: boolean;
}

function shapeText(dims: readonly Dim[]): string {
  return `[${dims.map((dim) => dim ?? "?").join(", ")}]`;
}

function fail(input: ModelEdge, sentence: string): never {
  throw new DataError(`input "${input.name}" ${sentence}`, { value: input.name });
}

/** Code that makes data of the type, in the language of a script. */
export type Conversions = (dtype: DType) => string | undefined;

const CONVERT: Partial<Record<DType, string>> = {
  float32: "Float32Array.from(data, Number)",
  int32: "Int32Array.from(data, Number)",
  int64: "BigInt64Array.from(data, BigInt)",
};

const inJavaScript: Conversions = (dtype) => CONVERT[dtype];

const ARRAYS: Partial<Record<DType, string>> = {
  float32: "Float32Array",
  float64: "Float64Array",
  uint8: "Uint8Array",
  int8: "Int8Array",
  uint16: "Uint16Array",
  int16: "Int16Array",
  int32: "Int32Array",
  uint32: "Uint32Array",
  int64: "BigInt64Array",
  uint64: "BigUint64Array",
  bool: "Uint8Array",
};

/** User scripts may be plain JavaScript: what comes in need not be a tensor. */
function requireTensor(input: ModelEdge, given: unknown): asserts given is Tensor {
  const t = given as Partial<Tensor> | null | undefined;
  const isShape = Array.isArray(t?.dims) && t.dims.every((dim) => Number.isInteger(dim) && dim >= 0);
  if (typeof t !== "object" || t === null || !isShape || typeof t.data !== "object") {
    fail(input, "got something that is no tensor; expected { dtype, dims, data }, for instance from loadNpy");
  }
  if (typeof t.dtype !== "string" || !(t.dtype in DTYPE_CODES)) {
    fail(input, `has dtype ${JSON.stringify(t.dtype)}, expected "${input.dtype}"`);
  }
}

function checkType(input: ModelEdge, t: Tensor, conversions: Conversions): void {
  if (input.takesIntegers && !DATA_TYPES.includes(t.dtype))
    fail(
      input,
      `is ${t.dtype}; with -qid ${input.dtype} feed uint8, int8, int16, or float32 that holds whole numbers`,
    );
  if (t.dtype !== input.dtype && !input.takesIntegers) {
    const convert = conversions(input.dtype);
    fail(
      input,
      `is ${t.dtype}, the model takes ${input.dtype}${convert ? `; convert it, for instance with ${convert}` : ""}`,
    );
  }
  const expected = ARRAYS[t.dtype];
  // Not the constructor's name: a Buffer is a Uint8Array too.
  const found = Object.prototype.toString.call(t.data).slice(8, -1);
  if (expected !== undefined && found !== expected) {
    fail(input, `says dtype ${t.dtype} but holds its data in ${found}, expected ${expected}`);
  }
}

/** What to do about a batch that does not fit; other axes are the script's to put right. */
function shapeHint(dims: readonly Dim[], t: Tensor): string {
  const [batch] = dims;
  const onlyBatch =
    dims.length === t.dims.length &&
    dims.slice(1).every((dim, i) => typeof dim !== "number" || dim === t.dims[i + 1]);
  return typeof batch === "number" && onlyBatch
    ? `the model's batch is fixed: give -bs ${batch}, or export the model with a dynamic batch`
    : "change the preprocessing in the infer function";
}

function checkShape(input: ModelEdge, t: Tensor): void {
  const { dims } = input;
  const fits =
    !dims ||
    (t.dims.length === dims.length && dims.every((dim, i) => typeof dim !== "number" || dim === t.dims[i]));
  const shape = shapeText(t.dims);
  if (!fits) fail(input, `has shape ${shape}, the model takes ${shapeText(dims)}; ${shapeHint(dims, t)}`);
  const elements = elementCount(t.dims);
  if (elements === 0 && !dims?.includes(0))
    fail(input, `is empty, its shape is ${shape}; feed at least one sample a batch`);
  if (t.data.length !== elements) {
    fail(
      input,
      `holds ${t.data.length} values, its shape ${shape} needs ${elements}; cut the data to the batch`,
    );
  }
}

/** Checks what was given to `forward` against the model's inputs. @throws DataError: which input, what was found, what was expected. */
export function checkInputs(
  inputs: readonly ModelEdge[],
  given: readonly unknown[],
  conversions = inJavaScript,
): Map<string, Tensor> {
  if (given.length !== inputs.length) {
    const names = inputs.map(({ name }) => `"${name}"`).join(", ");
    throw new DataError(
      `executor.forward got ${given.length} ${given.length === 1 ? "tensor" : "tensors"}, the model has ${inputs.length} ${inputs.length === 1 ? "input" : "inputs"} (${names}); give one tensor an input, in this order`,
    );
  }
  return new Map(
    inputs.map((input, i) => {
      const t = given[i];
      requireTensor(input, t);
      checkType(input, t, conversions);
      checkShape(input, t);
      return [input.name, t];
    }),
  );
}
