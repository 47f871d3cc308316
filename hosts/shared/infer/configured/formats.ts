import { DataError } from "../../../../core-ts/errors.ts";
import { byteLength, fromBytes } from "../../../../core-ts/onnx/tensor-data.ts";
import type { DType } from "../../../../core-ts/tensor/dtype.ts";
import { elementCount, type Tensor } from "../../../../core-ts/tensor/tensor.ts";
import { PICTURE_ENDINGS } from "../../images/decode.ts";
import { pictureSample } from "../../images/tensor.ts";
import { type DataInput, type DataPorts, readSamples } from "../data-files.ts";
import { lacksNormalization, normalized } from "./integer-inputs.ts";
import type { PictureGeometry } from "./task.ts";

/** Samples out of one file, [n, ...sample]. */
export interface Piece {
  readonly tensor: Tensor;
  /** Of a picture, which is one sample. */
  readonly picture?: PictureGeometry;
}

/** A value of "quant_data_format". */
export interface Format {
  /** Of file names, in lower case. */
  readonly endings: readonly string[];
  /** Whether a file may hold several samples for this input. */
  holdsSeveral(input: Pick<DataInput, "dims">): boolean;
  /** @throws DataError naming the file. */
  read(path: string, input: DataInput, ports: DataPorts): Promise<Piece>;
}

const OPTION = "data_dir";

async function readPicture(path: string, input: DataInput, { files, loadImages }: DataPorts): Promise<Piece> {
  const target = input.picture();
  const { tensor, original, placement } = await pictureSample(
    await files.read(path, OPTION),
    path,
    target,
    loadImages,
  );
  const { width, height } = target.input.layout;
  return { tensor, picture: { original, input: { width, height }, placement } };
}

/** Raw little-endian values of the input's type in its shape: one sample, or the whole batch of a model whose batch is fixed. */
async function readBin(path: string, input: DataInput, { files }: DataPorts): Promise<Piece> {
  const { name, dims } = input;
  const dtype = lacksNormalization(input) ? "uint8" : input.dtype;
  const bytes = await files.read(path, OPTION);
  const sample = dims.slice(1);
  const shape = `[${dims.map((dim) => dim ?? "?").join(", ")}]`;
  const fail = (found: string): never => {
    throw new DataError(`${path} ${found}`, { file: path });
  };
  if (dtype === "string" || sample.some((dim) => typeof dim !== "number"))
    return fail(
      `can't be read for the input "${name}" of ${dtype} ${shape}: raw values need a fixed shape; give .npy`,
    );
  const one = byteLength(dtype, elementCount(sample as number[]));
  const batch = typeof dims[0] === "number" ? dims[0] : 1;
  const count = bytes.length / one;
  if (count !== 1 && count !== batch)
    return fail(
      `has ${bytes.length} bytes, the input "${name}" takes ${one} a sample: ${dtype} ${shape}, raw, without a header; write such files, for instance with numpy's tofile`,
    );
  return fed(fromBytes(dtype as Exclude<DType, "string">, [count, ...(sample as number[])], bytes), input);
}

/** What a file holds as the model takes it. */
function fed(tensor: Tensor, input: DataInput): Piece {
  return { tensor: lacksNormalization(input) ? normalized(tensor, input) : tensor };
}

/** How files become samples, by "quant_data_format" (spec/facts.md). */
export const FORMATS = {
  Image: { endings: PICTURE_ENDINGS, holdsSeveral: () => false, read: readPicture },
  Numpy: {
    endings: ["npy", "npz"],
    holdsSeveral: () => true,
    read: async (path, input, ports) => fed(await readSamples(path, input, ports), input),
  },
  Bin: {
    endings: ["bin"],
    holdsSeveral: ({ dims }) => typeof dims[0] === "number" && dims[0] > 1,
    read: readBin,
  },
} as const satisfies Readonly<Record<string, Format>>;

/** What the entry of an input says; pictures where it says nothing. @throws ConfigError naming input and value. */
export function formatOf({ config }: Pick<DataInput, "config">): Format {
  const given = config.text("quant_data_format") ?? "Image";
  const found = Object.entries(FORMATS).find(([name]) => name.toLowerCase() === given.toLowerCase());
  return found?.[1] ?? config.fail("quant_data_format", Object.keys(FORMATS).join(", "));
}
