import { joined, rows } from "../../../core-ts/calibrate/batches.ts";
import { ConfigError, DataError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { Files } from "../ports.ts";
import {
  checkJoins,
  DATA_KINDS,
  DATA_OPTION,
  type DataInput,
  type DataPorts,
  isDataFile,
  mostSamples,
  readSamples,
} from "./data-files.ts";
import { type DataOptions, dataInputs } from "./data-inputs.ts";
import type { Executor, InferFunction } from "./executor.ts";
import { INFER_FILES, ReferenceAnswers } from "./reference.ts";

/** What is in a folder, or the file itself; sorted. */
async function entries(path: string, files: Files): Promise<string[]> {
  if (!(await files.isFolder(path))) return [path];
  return (await files.list(path, DATA_OPTION)).map((name) => files.join(path, name));
}

/** Names that are listed where something is left out. */
const NAMED = 3;

/** The data files among them; the note names the others. */
async function dataFilesIn(path: string, files: Files, note: DataOptions["note"]): Promise<string[]> {
  const all = await entries(path, files);
  const others: string[] = [];
  for (const one of all)
    if (!isDataFile(one) && !(await files.isFolder(one))) others.push(files.split(one).name);
  if (others.length > 0) {
    const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : "";
    note(
      `${path}: ${others.slice(0, NAMED).join(", ")}${more} left out, kinds that are read are ${DATA_KINDS}`,
    );
  }
  return all.filter(isDataFile);
}

/** Data files of one input: all those of `path`; or a subfolder, or files, with the input's name; archives hold all inputs. */
async function pathsFor(
  path: string,
  { name, only }: DataInput,
  files: Files,
  note: DataOptions["note"],
): Promise<string[]> {
  const own = files.join(path, name);
  if (await files.isFolder(own)) return dataFilesIn(own, files, note);
  const found = await dataFilesIn(path, files, note);
  if (only) return found;
  const named = found.filter((one) => files.stem(one) === name);
  return named.length > 0 ? named : found.filter((one) => /\.npz$/i.test(one));
}

/** The samples of one input, batch by batch; one file in memory. */
class Samples {
  #file = 0;
  #rest: Tensor | undefined;

  constructor(
    readonly input: DataInput,
    private readonly paths: readonly string[],
    private readonly ports: DataPorts,
  ) {}

  /** The next samples, `count` of them or as many as there are; undefined at the end. */
  async take(count: number): Promise<Tensor | undefined> {
    const parts: Tensor[] = [];
    for (let missing = count; missing > 0; ) {
      const from = await this.#next();
      if (!from) break;
      if (parts[0]) checkJoins(from, parts[0], this.paths[this.#file - 1]!, this.input);
      const taken = Math.min(missing, from.dims[0]!);
      parts.push(rows(from, 0, taken));
      this.#rest = taken < from.dims[0]! ? rows(from, taken, from.dims[0]!) : undefined;
      missing -= taken;
    }
    return parts.length === 0 ? undefined : joined(parts);
  }

  async #next(): Promise<Tensor | undefined> {
    while (!this.#rest?.dims[0] && this.#file < this.paths.length) {
      this.#rest = await readSamples(this.paths[this.#file++]!, this.input, this.ports);
    }
    return this.#rest?.dims[0] ? this.#rest : undefined;
  }
}

async function openSamples(executor: Executor, ports: DataPorts, options: DataOptions): Promise<Samples[]> {
  const path = executor.dataset;
  if (path === undefined) {
    throw new ConfigError(`-if ${INFER_FILES} needs data; give a file or a folder with -d`, {
      option: DATA_OPTION,
    });
  }
  return Promise.all(
    dataInputs(executor, options).map(async (input) => {
      const paths = await pathsFor(path, input, ports.files, options.note);
      if (paths.length > 0) return new Samples(input, paths, ports);
      const where = input.only
        ? ""
        : ` for the input "${input.name}" (a folder or a file of that name, or .npz archives)`;
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
export function batchOf(executor: Executor): { readonly size: number; readonly isFixed: boolean } {
  const first = executor.shape_dicts[executor.input_nodes[0]!]?.[0];
  const isFixed = typeof first === "number";
  return { size: isFixed ? first : executor.batch_size, isFixed };
}

/** Tells of data that are fewer than asked for, or do not fill a batch. @throws DataError when they fill none. */
function tellOfEnd(executor: Executor, done: number, left: number, options: DataOptions): void {
  const { dataset, iteration } = executor;
  const { size } = batchOf(executor);
  if (done === 0) {
    throw new DataError(
      `${dataset} holds ${left} ${left === 1 ? "sample" : "samples"}, the model takes ${size} at once; give more data`,
      { file: dataset! },
    );
  }
  const rest = left > 0 ? `, ${left} that do not fill a batch of ${size} left out` : "";
  if (!options.countGiven && left === 0) return;
  options.note(
    `${dataset} holds ${done} ${done === 1 ? "batch" : "batches"}${rest}${options.countGiven ? `, -i asks for ${iteration}` : ""}`,
  );
}

/**
 * A fresh `infer_files`: feeds the data files of -d, in the order of their names, -i batches of -bs or as many as there are. There are no labels: see
 * ReferenceAnswers.
 */
export function createInferFiles(ports: DataPorts, options: DataOptions): InferFunction {
  const answers = new ReferenceAnswers();
  return async (executor) => {
    const samples = await openSamples(executor, ports, options);
    const { size, isFixed } = batchOf(executor);
    for (let done = 0; done < executor.iteration; done++) {
      const batch = await nextBatch(samples, size);
      const count = batch?.[0]?.dims[0] ?? 0;
      if (!batch || (isFixed && count < size)) {
        tellOfEnd(executor, done, count, options);
        break;
      }
      answers.add(await executor.forward(...batch));
    }
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
