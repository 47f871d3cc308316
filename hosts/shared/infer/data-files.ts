import { DataError } from "../../../core-ts/errors.ts";
import type { DType } from "../../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { PICTURE_ENDINGS } from "../images/decode.ts";
import { type PictureTarget, pictureSample } from "../images/tensor.ts";
import { readNpz } from "../npy/npz.ts";
import { npyDims, readNpy } from "../npy/read.ts";
import type { Files, Ports } from "../ports.ts";
import { convertData } from "./convert-data.ts";
import type { ShapeDim } from "./executor.ts";
import type { ConfigReader } from "./input-config.ts";

export const DATA_OPTION = "-d/--data";

/** Where data come from. */
export type DataPorts = Pick<Ports, "files" | "loadImages">;

/** An input of the model, as far as data files must know it. */
export interface DataInput {
  readonly name: string;
  readonly dims: readonly ShapeDim[];
  readonly dtype: DType;
  /** Whether the model has no other input. */
  readonly only: boolean;
  /** Whether the model subtracts mean and divides by std itself. */
  readonly normalizes: boolean;
  /** Its entry of "input-configs"; an empty one where there is none. */
  readonly config: ConfigReader;
  /** What becomes of pictures. @throws ConfigError where the input takes none, or "input-configs" are wrong. */
  picture(): PictureTarget;
}

/** The array in the content of one file for one input. @throws DataError naming the file. */
type Reader = (
  bytes: Uint8Array,
  path: string,
  input: DataInput,
  ports: DataPorts,
) => Promise<Tensor> | Tensor;

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

const picture: Reader = async (bytes, path, input, { loadImages }) =>
  (await pictureSample(bytes, path, input.picture(), loadImages)).tensor;

/** Kinds of data files, by the ending of their names in lower case. */
const READERS: Readonly<Record<string, Reader>> = {
  npy: (bytes, path) => readNpy(bytes, path),
  npz: entryOf,
  ...Object.fromEntries(PICTURE_ENDINGS.map((ending) => [ending, picture])),
};

const extensionOf = (path: string): string => /\.([^.\\/]*)$/.exec(path)?.[1]?.toLowerCase() ?? "";

/** At most how many samples a file holds: the first axis of its arrays. */
export async function mostSamples(path: string, files: Files): Promise<number> {
  if (PICTURE_ENDINGS.includes(extensionOf(path))) return 1;
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

/** Where axes are dynamic, files may differ in them: those of one batch may not. @throws DataError naming the file. */
export function checkJoins(next: Tensor, first: Tensor, file: string, input: Pick<DataInput, "name">): void {
  const [shape, expected] = [next, first].map((t) => t.dims.slice(1).join(", "));
  if (shape === expected && next.dtype === first.dtype) return;
  throw new DataError(
    `${file} holds samples of ${next.dtype} [${shape}] for the input "${input.name}", those before it are ${first.dtype} [${expected}]; one batch takes one shape and type, so give -bs 1 or equal ones`,
    { file },
  );
}

/** The samples of one file, [n, ...sample]. @throws DataError naming the file, its shape, and what the model takes. */
export async function readSamples(path: string, input: DataInput, ports: DataPorts): Promise<Tensor> {
  const bytes = await ports.files.read(path, DATA_OPTION);
  const found = await READERS[extensionOf(path)]!(bytes, path, input, ports);
  const t = convertData(found, input.dtype, path);
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
