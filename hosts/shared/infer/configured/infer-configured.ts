import { fill, realRows } from "../../../../core-ts/calibrate/batches.ts";
import { DataError } from "../../../../core-ts/errors.ts";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import type { DataInput, DataPorts } from "../data-files.ts";
import { type DataOptions, dataInputs } from "../data-inputs.ts";
import type { Executor } from "../executor.ts";
import { batchOf } from "../files.ts";
import { ReferenceAnswers } from "../reference.ts";
import type { Pass, PassFunction } from "../run-function.ts";
import { Cursor } from "./cursor.ts";
import { findFiles, type InputFiles } from "./find-files.ts";
import { FORMATS, formatOf } from "./formats.ts";
import { checkIntegers } from "./integer-inputs.ts";
import { Stages } from "./stages.ts";
import { type Batch, SampleStream } from "./stream.ts";
import type { BadData, Figure, Task, TaskPass } from "./task.ts";
import { taskFor } from "./tasks.ts";

export interface CommonOptions extends DataOptions {
  readonly badData: BadData;
}

/** What came of one pass. */
interface Done {
  readonly quantized: boolean;
  readonly accuracy: number;
  readonly figures: readonly Figure[];
}

/** The data of a run, opened. */
interface Data {
  readonly inputs: readonly { readonly input: DataInput; readonly found: InputFiles }[];
  /** The input whose files name the samples: the one whose entry asks for the accuracy, else the first with pictures, else the first. */
  readonly main: number;
}

/** Files of the input that has most: the samples, but for arrays of several. */
const longest = ({ inputs }: Data): number => Math.max(...inputs.map(({ found }) => found.paths.length));

/**
 * `infer_common` and `infer_default`: feeds what "input-configs" names (manual, 示例五), batch by batch, and measures what the answers are worth.
 * One for a whole run: what the float model answered is kept for the passes over quantized ones.
 */
export class InferCommon {
  readonly #answers = new ReferenceAnswers();
  readonly #stages: Stages;
  readonly #done: Done[] = [];
  #task: Task | undefined;

  constructor(
    private readonly ports: DataPorts,
    private readonly options: CommonOptions,
  ) {
    this.#stages = new Stages(ports.files);
  }

  /** What was measured besides the result: of the pass over such a model that gave `accuracy`. */
  figures(quantized: boolean, accuracy: number | undefined): readonly Figure[] {
    return this.#done.find((one) => one.quantized === quantized && one.accuracy === accuracy)?.figures ?? [];
  }

  /** Puts the files of the run in their places. */
  async publish(): Promise<void> {
    for (const sentence of await this.#stages.publish()) this.options.note(sentence);
  }

  /** Removes what was not published. */
  discard(): Promise<void> {
    return this.#stages.discard();
  }

  readonly fn: PassFunction = async (executor, pass) => {
    const data = await this.#openData(executor);
    const judge = await this.#judge(executor, pass, data);
    await this.#feed(executor, pass, data, judge);
    if (!judge) return this.#answers.finish();
    const result = await judge.finish();
    this.#done.push({ quantized: pass.quantized, ...result });
    return result.accuracy;
  };

  async #openData(executor: Executor): Promise<Data> {
    const { files } = this.ports;
    const search = { files, dataset: executor.dataset, note: this.options.note };
    const inputs: { input: DataInput; found: InputFiles }[] = [];
    const all = dataInputs(executor, this.options);
    if (executor.run_mode !== "infer") checkIntegers(all);
    for (const input of all) {
      const found = await findFiles(input, formatOf(input), search);
      // What is wrong with the settings is an error of its own, and not one of the first picture.
      if (formatOf(input) === FORMATS.Image) input.picture();
      inputs.push({ input, found });
    }
    const asked = inputs.findIndex(({ input: { config } }) => config.flag("calculate_acc"));
    const pictures = inputs.findIndex(({ input }) => formatOf(input) === FORMATS.Image);
    return { inputs, main: asked >= 0 ? asked : Math.max(0, pictures) };
  }

  /** What measures this pass; undefined where only outputs are compared. */
  async #judge(
    executor: Executor,
    { quantized }: Pass,
    { inputs, main }: Data,
  ): Promise<TaskPass | undefined> {
    const { input, found } = inputs[main]!;
    const { config } = input;
    const draws = config.flag("draw_box") && executor.run_mode === "infer";
    if (!config.flag("calculate_acc") && !draws) return undefined;
    const { files } = this.ports;
    this.#task ??= await taskFor(config).open({
      config,
      runMode: executor.run_mode,
      files,
      dataDir: found.place,
      names: found.paths.map((path) => files.split(path).name),
      badData: this.options.badData,
      note: this.options.note,
      stage: (folder, what) => this.#stages.open(folder, what),
    });
    return this.#task.begin({ quantized, outputs: executor.output_node_list });
  }

  async #feed(executor: Executor, pass: Pass, data: Data, judge: TaskPass | undefined): Promise<void> {
    const { size, isFixed } = batchOf(executor);
    const wholeSet = executor.run_mode === "infer" && !this.options.countGiven;
    const most = wholeSet ? Number.POSITIVE_INFINITY : executor.iteration;
    pass.expect(Math.min(most, Math.max(1, Math.ceil(longest(data) / size))));
    const stream = new SampleStream(
      data.inputs.map(({ input, found }) => new Cursor(input, formatOf(input), found.paths, this.ports)),
      data.main,
      this.options,
    );
    let fed = 0;
    for (let done = 0; done < most; done++) {
      const batch = await stream.take(size);
      // A model that is to be measured gets all samples; calibration gets none twice.
      if (!batch || (isFixed && batch.samples.length < size && executor.run_mode !== "infer")) break;
      const outputs = await forward(executor, batch, isFixed ? size : batch.samples.length);
      fed += batch.samples.length;
      if (judge) await judge.add(outputs, batch.samples);
      else this.#answers.add(outputs);
    }
    this.#tellOfRest(executor, data, fed, stream);
  }

  /** How much of the data was used. @throws DataError when there was none. */
  #tellOfRest(executor: Executor, data: Data, fed: number, stream: SampleStream): void {
    const rest = stream.given - fed;
    const { place } = data.inputs[data.main]!.found;
    const { size } = batchOf(executor);
    if (fed === 0)
      throw new DataError(
        rest > 0
          ? `${place} holds ${rest} ${rest === 1 ? "sample" : "samples"} that can be used, the model takes ${size} at once; give more data`
          : `${place} holds nothing that can be used; the first file: ${stream.firstFailure}`,
        { file: place },
      );
    const asked = executor.iteration * size;
    if (rest > 0) this.options.note(`${place}: ${rest} that do not fill a batch of ${size} left out`);
    if (stream.isDone && this.options.countGiven && fed < asked)
      this.options.note(
        `${place} holds ${fed} samples that were used, -i ${executor.iteration} and -bs ${size} ask for ${asked}`,
      );
    if (!stream.isDone)
      this.options.note(
        `${fed} ${fed === 1 ? "sample" : "samples"} of the ${longest(data)} files in ${place} were used (-i ${executor.iteration}, batches of ${size}); a larger -i takes more`,
      );
  }
}

/** The outputs for the samples of a batch; a model of a fixed batch gets the last sample again until it is full, and those answers are cut off. */
async function forward(executor: Executor, { tensors, samples }: Batch, size: number): Promise<Tensor[]> {
  const count = samples.length;
  if (count === size) return executor.forward(...tensors);
  const outputs = await executor.forward(...tensors.map((t) => fill(t, size)));
  return outputs.map((t) => realRows(t, size, count));
}
