import { ModelError, reasonOf } from "../../errors.ts";
import { elementCount, type Tensor, tensor } from "../../tensor/tensor.ts";
import type { ConversionRequest, SourceFile } from "../converter.ts";
import { bytesOf, dtypeOf, isStored, type StoredType } from "./dtypes.ts";
import { paddle } from "./generated/paddle.js";
import type { Program, Variable } from "./program.ts";

const ARRAYS = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** Elements of little-endian bytes, copied so that they are aligned. */
export function tensorOf(dtype: StoredType, dims: readonly number[], bytes: Uint8Array): Tensor {
  return tensor(dtype, dims, new ARRAYS[dtype](new Uint8Array(bytes).buffer)) as Tensor;
}

/** Reads the stream of a saved tensor: version, levels of detail, version, TensorDesc, data (SerializeToStream of phi's DenseTensor). */
class TensorStream {
  #at = 0;
  readonly #view: DataView;

  constructor(
    readonly file: string,
    readonly bytes: Uint8Array,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  broken(name: string, what: string): ModelError {
    return new ModelError(
      `${this.file}: ${what} where parameter "${name}" is expected (byte ${this.#at} of ${this.bytes.length}); -m and -w must be of one model, and copied whole`,
      { file: this.file, value: name },
    );
  }

  #take(count: number, name: string): Uint8Array {
    if (!(count >= 0 && count <= this.left)) throw this.broken(name, "the file is cut off or damaged");
    this.#at += count;
    return this.bytes.subarray(this.#at - count, this.#at);
  }

  #uint(width: 4 | 8, name: string): number {
    const at = this.#at;
    this.#take(width, name);
    return width === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  #desc(name: string): paddle.TensorDesc.$Properties {
    const bytes = this.#take(this.#uint(4, name), name);
    try {
      return paddle.TensorDesc.decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch (cause) {
      throw this.broken(name, `no description of a tensor (${reasonOf(cause)})`);
    }
  }

  next(name: string): Tensor {
    if (this.left === 0) throw this.broken(name, "the file ends");
    if (this.#uint(4, name) !== 0) throw this.broken(name, "no saved tensor of version 0");
    const levels = this.#uint(8, name);
    for (let i = 0; i < levels; i++) this.#take(this.#uint(8, name), name);
    if (this.#uint(4, name) !== 0) throw this.broken(name, "no saved tensor of version 0");
    const { dataType, dims: given } = this.#desc(name);
    const dims = (given ?? []).map(Number);
    const dtype = dtypeOf(dataType);
    if (!isStored(dtype)) {
      const found = dtype ?? `type number ${dataType}`;
      throw this.broken(
        name,
        `a tensor of ${found}, which parameters can't have here; save the model in float32`,
      );
    }
    return tensorOf(dtype, dims, this.#take(elementCount(dims) * bytesOf(dtype), name));
  }
}

const shown = (dims: readonly number[]): string => dims.join("x") || "()";

/** @throws ModelError when the file's tensor is not the one that the program means. */
function verify(found: Tensor, { name, dims, dtype }: Variable, program: Program, file: string): Tensor {
  const fits = dims?.join() === found.dims.join() && dtype === found.dtype;
  if (fits) return found;
  throw new ModelError(
    `parameter "${name}" is ${dtype} ${shown(dims ?? [])} in ${program.file}, and ${found.dtype} ${shown(found.dims)} in ${file}; -m and -w must be of one model`,
    { file, value: name },
  );
}

/** Persistable variables in the order in which they are saved into one file: sorted by name, by code units. */
function persistables({ variables }: Program): Variable[] {
  return [...variables.values()]
    .filter(({ persistable }) => persistable)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readCombined({ name: file, bytes }: SourceFile, program: Program): Map<string, Tensor> {
  const stream = new TensorStream(file, bytes);
  const wanted = persistables(program);
  const found = new Map(
    wanted.map((one) => [one.name, verify(stream.next(one.name), one, program, file)] as const),
  );
  if (stream.left > 0) {
    throw new ModelError(
      `${file} goes on for ${stream.left} bytes behind the ${wanted.length} parameters of ${program.file}; -m and -w must be of one model`,
      { file },
    );
  }
  return found;
}

/** A folder with one file a parameter beside the model, as save_inference_model wrote it without a file name for the parameters. */
async function readSingle(program: Program, request: ConversionRequest): Promise<Map<string, Tensor>> {
  const found = new Map<string, Tensor>();
  for (const one of persistables(program)) {
    const bytes = await request.beside(one.name);
    if (!bytes) {
      throw new ModelError(
        `${program.file} has parameters ("${one.name}" is one), there is no -w, and no file ${one.name} beside it; give the .pdiparams (or __params__) file with -w`,
        { file: program.file, value: one.name },
      );
    }
    found.set(one.name, verify(new TensorStream(one.name, bytes).next(one.name), one, program, one.name));
  }
  return found;
}

/** Values of the persistable variables. @throws ModelError for files that are missing, damaged, or not the program's. */
export async function readParams(program: Program, request: ConversionRequest): Promise<Map<string, Tensor>> {
  return request.weight ? readCombined(request.weight, program) : readSingle(program, request);
}
