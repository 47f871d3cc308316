import { DataError } from "../../../../core-ts/errors.ts";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import { findLabels, type LabelSource } from "./label-source.ts";
import { LABEL_FILE, type Labels, labelsText } from "./labels.ts";
import type { ModelUnderTest, Sample, Task, TaskContext, TaskKind, TaskPass, TaskResult } from "./task.ts";

const TOP = 5;

/** How many classes are ahead of `label`: 0 is the model's own answer. Of equals the first is ahead; NaN is behind all. */
function rankOf(scores: ArrayLike<number>, label: number): number {
  const own = scores[label]!;
  if (Number.isNaN(own)) return scores.length;
  let ahead = 0;
  for (let i = 0; i < scores.length; i++) if (scores[i]! > own || (scores[i] === own && i < label)) ahead++;
  return ahead;
}

/** The class with the largest score, the first of equals; undefined where there are only NaN. */
function answerOf(scores: ArrayLike<number>): number | undefined {
  let best: number | undefined;
  for (let i = 0; i < scores.length; i++)
    if (!Number.isNaN(scores[i]!) && (best === undefined || scores[i]! > scores[best]!)) best = i;
  return best;
}

/** The scores of every sample of a batch. @throws DataError for an output that is no list of classes. */
function scoresOf(output: Tensor, name: string, samples: number): Float64Array[] {
  const shape = `[${output.dims.join(", ")}]`;
  const [batch, classes = 1, ...rest] = output.dims;
  if (batch !== samples || classes < 2 || rest.some((dim) => dim !== 1))
    throw new DataError(
      `the model's output "${name}" has shape ${shape} for ${samples} ${samples === 1 ? "sample" : "samples"}, expected [${samples}, classes]; set "calculate_acc" to false, or make the classes its first output with -on`,
      { value: name },
    );
  const all = Float64Array.from(output.data as ArrayLike<number>, Number);
  return Array.from({ length: samples }, (_, i) => all.subarray(i * classes, (i + 1) * classes));
}

class ClassificationPass implements TaskPass {
  #classes = 0;
  #counted = 0;
  #first = 0;
  #among = 0;
  /** What the model answered, where that is wanted as labels. */
  readonly answers = new Map<string, number>();

  /** @param labels undefined: the model's own answers are right. */
  constructor(
    private readonly output: string,
    private readonly labels: Labels | undefined,
    private readonly source: string,
    private readonly done: (pass: ClassificationPass) => Promise<void>,
  ) {}

  add(outputs: readonly Tensor[], samples: readonly Sample[]): void {
    for (const [i, scores] of scoresOf(outputs[0]!, this.output, samples.length).entries()) {
      if (this.#classes === 0) this.#begin(scores.length);
      const { name } = samples[i]!;
      const label = this.labels ? this.labels.get(name) : answerOf(scores);
      if (label === undefined) continue;
      if (!this.labels) this.answers.set(name, label);
      const rank = rankOf(scores, label);
      this.#counted++;
      if (rank === 0) this.#first++;
      if (rank < TOP) this.#among++;
    }
  }

  #begin(classes: number): void {
    this.#classes = classes;
    for (const [name, label] of this.labels ?? []) {
      if (label < classes) continue;
      throw new DataError(
        `${this.source} says ${name} is of class ${label}, and the model's output "${this.output}" has ${classes} classes, 0 to ${classes - 1}; correct the labels (classes count from 0), or take the model they belong to`,
        { file: this.source },
      );
    }
  }

  async finish(): Promise<TaskResult> {
    if (this.#counted === 0)
      throw new DataError(
        `none of the data that were fed has a label in ${this.source}, so that there is no accuracy`,
        { file: this.source },
      );
    await this.done(this);
    const percent = (count: number) => (100 * count) / this.#counted;
    const top1 = percent(this.#first);
    const figures = [{ name: "top-1", value: top1 }];
    if (this.#classes > TOP) figures.push({ name: `top-${TOP}`, value: percent(this.#among) });
    return { accuracy: top1, figures };
  }
}

class Classification implements Task {
  #source: LabelSource | undefined;
  #answers: Labels | undefined;

  constructor(private readonly context: TaskContext) {}

  async begin(model: ModelUnderTest): Promise<TaskPass> {
    this.#source ??= await findLabels(this.context, model);
    const [output, ...others] = model.outputs;
    if (others.length > 0)
      this.context.note(`the classes are taken to be the first of the model's outputs, "${output}"`);
    const source = this.#source;
    if (source.kind === "given")
      return new ClassificationPass(output!, source.labels, source.file, async () => undefined);
    const labels = model.quantized ? this.#answers : undefined;
    return new ClassificationPass(output!, labels, "the float model's answers", async ({ answers }) => {
      if (!labels) await this.#keep(answers, source.folder);
    });
  }

  /** The float model's answers are the labels from now on, and a file. */
  async #keep(answers: Labels, folder: string | null): Promise<void> {
    this.#answers = answers;
    if (folder === null) return;
    const stage = await this.context.stage(
      folder,
      "the float model's answers, which were taken for the labels",
    );
    await stage.write(LABEL_FILE, new TextEncoder().encode(labelsText(answers)));
  }
}

/** One answer a sample: the class with the largest output. */
export const classification: TaskKind = {
  applies: () => true,
  open: (context) => new Classification(context),
};
