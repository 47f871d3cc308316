import { joined, rows } from "../../../core-ts/calibrate/batches.ts";
import { ConfigError, DataError } from "../../../core-ts/errors.ts";
import { type DType, dtypeFromCode } from "../../../core-ts/tensor/dtype.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Log } from "../cli/log.ts";
import type { Files, Ports } from "../ports.ts";
import {
  DATA_KINDS,
  DATA_OPTION,
  type DataInput,
  isDataFile,
  mostSamples,
  readSamples,
} from "./data-files.ts";
import type { Executor, InferFunction } from "./executor.ts";
import { INFER_FILES, ReferenceAnswers } from "./reference.ts";

/** What is in a folder, or the file itself; sorted. */
async function entries(path: string, files: Files): Promise<string[]> {
  if (!(await files.isFolder(path))) return [path];
  return (await files.list(path, DATA_OPTION)).map((name) => files.join(path, name));
}

/** Data files of one input: all those of `path`; or a subfolder, or files, with the input's name; archives hold all inputs. */
async function pathsFor(path: string, { name, only }: DataInput, files: Files): Promise<string[]> {
  const own = files.join(path, name);
  if (await files.isFolder(own)) return (await entries(own, files)).filter(isDataFile);
  const found = (await entries(path, files)).filter(isDataFile);
  if (only) return found;
  const named = found.filter((one) => files.stem(one) === name);
  return named.length > 0 ? named : found.filter((one) => /\.npz$/i.test(one));
}

/** Numbers as the model takes them; integers of -qid stay what they are, and are checked later. */
function converted(t: Tensor, dtype: DType): Tensor {
  if (t.dtype === dtype || dtype !== "float32" || !ArrayBuffer.isView(t.data)) return t;
  return { dtype, dims: t.dims, data: Float32Array.from(t.data as ArrayLike<number | bigint>, Number) };
}

/** The samples of one input, batch by batch; one file in memory. */
class Samples {
  #file = 0;
  #rest: Tensor | undefined;

  constructor(
    readonly input: DataInput,
    private readonly dtype: DType,
    private readonly paths: readonly string[],
    private readonly files: Files,
  ) {}

  /** The next samples, `count` of them or as many as there are; undefined at the end. */
  async take(count: number): Promise<Tensor | undefined> {
    const parts: Tensor[] = [];
    for (let missing = count; missing > 0; ) {
      const from = await this.#next();
      if (!from) break;
      const taken = Math.min(missing, from.dims[0]!);
      parts.push(rows(from, 0, taken));
      this.#rest = taken < from.dims[0]! ? rows(from, taken, from.dims[0]!) : undefined;
      missing -= taken;
    }
    return parts.length === 0 ? undefined : joined(parts);
  }

  async #next(): Promise<Tensor | undefined> {
    while (!this.#rest?.dims[0] && this.#file < this.paths.length) {
      const samples = await readSamples(this.paths[this.#file++]!, this.input, this.files);
      this.#rest = converted(samples, this.dtype);
    }
    return this.#rest?.dims[0] ? this.#rest : undefined;
  }
}

async function openSamples(executor: Executor, files: Files): Promise<Samples[]> {
  const path = executor.dataset;
  if (path === undefined) {
    throw new ConfigError(`-if ${INFER_FILES} needs data; give a file or a folder with -d`, {
      option: DATA_OPTION,
    });
  }
  executor.init_shape_info();
  const only = executor.input_nodes.length === 1;
  return Promise.all(
    executor.input_nodes.map(async (name) => {
      const input: DataInput = { name, dims: executor.shape_dicts[name]!, only };
      const paths = await pathsFor(path, input, files);
      if (paths.length > 0)
        return new Samples(input, dtypeFromCode(executor.input_types[name]!)!, paths, files);
      const where = only
        ? ""
        : ` for the input "${name}" (a folder or a file of that name, or .npz archives)`;
      throw new DataError(`${path} holds no data files${where}; known kinds are ${DATA_KINDS}`, {
        file: path,
      });
    }),
  );
}

/** One batch for every input; undefined when the data end. @throws DataError when one input has fewer samples than another. */
async function nextBatch(samples: readonly Samples[], size: number): Promise<Tensor[] | undefined> {
  const batch = await Promise.all(samples.map((one) => one.take(size)));
  if (batch.every((t) => t === undefined)) return undefined;
  const counts = batch.map((t) => t?.dims[0] ?? 0);
  const short = counts.findIndex((count) => count !== counts[0]);
  if (short < 0) return batch as Tensor[];
  throw new DataError(
    `the data for the input "${samples[short]!.input.name}" and for "${samples[0]!.input.name}" differ in their number of samples; give every input as many`,
    { value: samples[short]!.input.name },
  );
}

/** Samples in a batch: the model's own number where that is fixed, and then no fewer. */
function batchOf(executor: Executor): { readonly size: number; readonly isFixed: boolean } {
  const first = executor.shape_dicts[executor.input_nodes[0]!]?.[0];
  const isFixed = typeof first === "number";
  return { size: isFixed ? first : executor.batch_size, isFixed };
}

/**
 * A fresh `infer_files`: feeds the data files of -d, in the order of their names, -i batches of -bs or as many as there are. There are no labels: see
 * ReferenceAnswers.
 */
export function createInferFiles({ files }: Pick<Ports, "files">, log: Log): InferFunction {
  const answers = new ReferenceAnswers();
  return async (executor) => {
    const samples = await openSamples(executor, files);
    const { size, isFixed } = batchOf(executor);
    let done = 0;
    for (; done < executor.iteration; done++) {
      const batch = await nextBatch(samples, size);
      const count = batch?.[0]?.dims[0] ?? 0;
      if (!batch || (isFixed && count < size)) break;
      answers.add(await executor.forward(...batch));
    }
    if (done < executor.iteration)
      log("info", `${executor.dataset} holds ${done} batches, -i asks for ${executor.iteration}`);
    return answers.finish();
  };
}

/** At most how many samples a file or folder holds: what the arrays' first axes say, whether or not they count samples. */
export async function countSamples(path: string, files: Files): Promise<number> {
  let most = 0;
  for (const one of await entries(path, files)) {
    if (await files.isFolder(one)) most = Math.max(most, await countSamples(one, files));
    else if (isDataFile(one)) most += await mostSamples(one, files);
  }
  return most;
}
