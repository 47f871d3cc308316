import { z } from "zod";
import { ConfigError, DataError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { parseJson } from "../cli/json-object.ts";
import { readNpy } from "../npy/read.ts";
import type { Files } from "../ports.ts";
import { batchFile, type LayerEntry, WEIGHT_FILE } from "../quant/dump.ts";

export type DumpSide = "float" | "quant";
type DumpFiles = Pick<Files, "read" | "exists" | "isFolder" | "list" | "join">;

const FOLDER = z.string().regex(/^[^/\\]+$/);
const ENTRY = z.object({
  layer: z.string(),
  op_type: z.string(),
  value: z.string(),
  quant_value: z.string(),
  folder: FOLDER,
  dtype: z.string(),
  scale: z.number().positive(),
});
const INDEX = z.object({ version: z.literal(1), layers: z.record(z.string().regex(/^\d+$/), ENTRY) });

/** A layer of a dump. */
export interface DumpedLayer extends LayerEntry {
  readonly index: number;
}

/** Where a dump should be and is none: what to do depends on what is there. */
async function refusal(files: DumpFiles, folder: string, option: string): Promise<ConfigError> {
  const refuse = (sentence: string) => new ConfigError(`${option}: ${sentence}`, { option, file: folder });
  if (!(await files.isFolder(folder))) {
    const what = (await files.exists(folder)) ? "is a file" : "is not there";
    return refuse(`${folder} ${what}; give the --save-dir of a run of quant with -du`);
  }
  const inside = await files.list(folder, option);
  if (await files.exists(files.join(folder, "../dump.json")))
    return refuse(`${folder} lies within a dump; give the folder above it, which holds dump.json`);
  if (inside.includes("steps"))
    return refuse(`${folder} holds a quantized model and no dump.json; quantize again with -du`);
  if (inside.some((name) => name.endsWith("_p.txt")))
    return refuse(`${folder} holds a simulator's output, which is not read; give the save-dir of quant -du`);
  return refuse(`${folder} holds no dump.json; give the --save-dir of a run of quant with -du`);
}

function readIndex(text: string, file: string): DumpedLayer[] {
  const refuse = (sentence: string, cause: unknown) =>
    new DataError(`${file} can't be used: ${sentence}; make the dump again with quant -du`, { file, cause });
  const read = INDEX.safeParse(parseJson(text, refuse));
  if (!read.success) {
    const [first] = read.error.issues;
    throw refuse(`${first!.path.join(".") || "its content"}: ${first!.message}`, read.error);
  }
  return Object.entries(read.data.layers)
    .map(([key, entry]) => ({ ...entry, index: Number(key) }))
    .sort((a, b) => a.index - b.index);
}

/** What quant -du has written. */
export class DumpFolder {
  private constructor(
    readonly folder: string,
    /** In topological order. */
    readonly layers: readonly DumpedLayer[],
    private readonly files: DumpFiles,
    private readonly option: string,
  ) {}

  /** @throws ConfigError where there is no dump; DataError for a damaged dump.json. */
  static async open(files: DumpFiles, folder: string, option: string): Promise<DumpFolder> {
    const file = files.join(folder, "dump.json");
    if (!(await files.exists(file))) throw await refusal(files, folder, option);
    const layers = readIndex(new TextDecoder().decode(await files.read(file, option)), file);
    if (layers.length === 0)
      throw new DataError(`${file} names no layer; the quantized model has no integer layers`, { file });
    return new DumpFolder(folder, layers, files, option);
  }

  #path(side: DumpSide, layer: LayerEntry): string {
    return this.files.join(this.files.join(this.folder, `dump/${side}`), layer.folder);
  }

  /** Numbers of the batches there are, ascending. @throws DataError where the layer's folder is gone. */
  async batches(side: DumpSide, layer: LayerEntry): Promise<number[]> {
    const path = this.#path(side, layer);
    if (!(await this.files.isFolder(path)))
      throw new DataError(
        `${path} is not there, and dump.json names it; make the dump again with quant -du`,
        {
          file: path,
        },
      );
    const names = await this.files.list(path, this.option);
    return names
      .flatMap((name) => /^batch_(\d+)\.npy$/.exec(name)?.[1] ?? [])
      .map(Number)
      .sort((a, b) => a - b);
  }

  /** @throws DataError naming the file for one that is damaged. */
  async batch(side: DumpSide, layer: LayerEntry, batch: number): Promise<Tensor> {
    return this.#read(this.files.join(this.#path(side, layer), batchFile(batch)));
  }

  /** Real numbers on both sides; undefined for a layer without weights. */
  async weight(side: DumpSide, layer: LayerEntry): Promise<Tensor | undefined> {
    const path = this.files.join(this.#path(side, layer), WEIGHT_FILE);
    return (await this.files.exists(path)) ? this.#read(path) : undefined;
  }

  async #read(path: string): Promise<Tensor> {
    return readNpy(await this.files.read(path, this.option), path);
  }
}
