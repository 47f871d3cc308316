import { DataError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { readNpz } from "../npy/npz.ts";
import { npyDims, readNpy } from "../npy/read.ts";
import type { Files } from "../ports.ts";
import type { ShapeDim } from "./executor.ts";

export const DATA_OPTION = "-d/--data";

/** An input of the model, as far as data files must know it. */
export interface DataInput {
  readonly name: string;
  readonly dims: readonly ShapeDim[];
  /** Whether the model has no other input. */
  readonly only: boolean;
}

/** Arrays in the content of one file for one input. @throws DataError naming the file. */
type Reader = (bytes: Uint8Array, path: string, input: DataInput) => Promise<Tensor> | Tensor;

function entryOf(bytes: Uint8Array, path: string, { name, only }: DataInput): Tensor {
  const arrays = readNpz(bytes, path);
  const found = arrays.get(name) ?? (only && arrays.size === 1 ? [...arrays.values()][0] : undefined);
  if (found) return found;
  const names = [...arrays.keys()].map((one) => `"${one}"`).join(", ") || "none";
  throw new DataError(
    `${path} has no array for the input "${name}", its arrays are ${names}; save it again with numpy.savez("...", **{"${name}": ...})`,
    { file: path },
  );
}

/** Kinds of data files, by the ending of their names in lower case. */
const READERS: Readonly<Record<string, Reader>> = {
  npy: (bytes, path) => readNpy(bytes, path),
  npz: entryOf,
};

const extensionOf = (path: string): string => /\.([^.\\/]*)$/.exec(path)?.[1]?.toLowerCase() ?? "";

/** The first axis of the arrays in a file: at most so many samples. */
export async function mostSamples(path: string, files: Files): Promise<number> {
  const bytes = await files.read(path, DATA_OPTION);
  if (extensionOf(path) === "npy") return npyDims(bytes, path)[0] ?? 1;
  return Math.max(0, ...[...readNpz(bytes, path).values()].map(({ dims }) => dims[0] ?? 1));
}

/** Whether a file of this name can be fed to a model. */
export function isDataFile(path: string): boolean {
  return Object.hasOwn(READERS, extensionOf(path));
}

/** Names of the kinds there are, for messages. */
export const DATA_KINDS = Object.keys(READERS)
  .map((kind) => `.${kind}`)
  .join(", ");

/** The samples of one file, [n, ...sample]. @throws DataError naming the file, its shape, and what the model takes. */
export async function readSamples(path: string, input: DataInput, files: Files): Promise<Tensor> {
  const bytes = await files.read(path, DATA_OPTION);
  const t = await READERS[extensionOf(path)]!(bytes, path, input);
  const fits = (dims: readonly number[], wanted: readonly ShapeDim[]) =>
    dims.length === wanted.length && wanted.every((dim, i) => typeof dim !== "number" || dim === dims[i]);
  if (t.dims.length === input.dims.length && fits(t.dims.slice(1), input.dims.slice(1))) return t;
  if (fits(t.dims, input.dims.slice(1))) return { ...t, dims: [1, ...t.dims] } as Tensor;
  const sample = input.dims.slice(1).map((dim) => dim ?? "?");
  throw new DataError(
    `${path} holds an array of shape [${t.dims.join(", ")}] for the input "${input.name}", expected [${["N", ...sample].join(", ")}], N samples, or [${sample.join(", ")}], one`,
    { file: path },
  );
}
