import { DataError } from "../../../core-ts/errors.ts";
import type { Size } from "../images/picture.ts";
import type { ModelUnderTest, Sample, TaskContext } from "../infer/configured/task.ts";
import type { Detection, Truth } from "./boxes.ts";
import { findLabels, type LabelSource } from "./labels/find-labels.ts";
import { stemOf } from "./labels/labels.ts";
import { yoloText } from "./labels/write-yolo.ts";
import type { DetectionSettings } from "./settings.ts";

const LABELS_WHAT = "the float model's detections, which were taken for the labels";

/** What is there on each picture: labels, or what the float model has detected. */
export class Truths {
  #source: LabelSource | undefined;
  readonly #made = new Map<string, readonly Truth[]>();
  readonly #stems = new Map<string, string>();

  constructor(
    private readonly context: TaskContext,
    private readonly settings: DetectionSettings,
  ) {}

  /** Reads the labels, if there are any. */
  async open(model: ModelUnderTest): Promise<void> {
    this.#source ??= await findLabels(this.context, this.settings, model);
  }

  /** What a pass over a model knows to be true of a picture; undefined where nothing is known. The float model's detections become true here. */
  async of(
    model: ModelUnderTest,
    { name }: Sample,
    size: Size,
    detections: readonly Detection[],
  ): Promise<readonly Truth[] | undefined> {
    const source = this.#source!;
    if (source.kind === "given") return source.labels.of(name, size);
    if (model.quantized) return this.#made.get(name);
    const truths = detections
      .filter(({ score }) => score >= this.settings.shownFrom)
      .map(({ x, y, width, height, classId }) => ({ x, y, width, height, classId, isCrowd: false }));
    this.#made.set(name, truths);
    if (source.folder !== null) await this.#write(source.folder, name, yoloText(truths, size));
    return truths;
  }

  async #write(folder: string, name: string, text: string): Promise<void> {
    const stem = stemOf(name);
    const twin = this.#stems.get(stem);
    if (twin !== undefined && twin !== name)
      throw new DataError(
        `${twin} and ${name} would both have the label ${stem}.txt in ${folder}; rename one`,
        {
          file: name,
        },
      );
    this.#stems.set(stem, name);
    const stage = await this.context.stage(folder, LABELS_WHAT);
    await stage.write(`${stem}.txt`, new TextEncoder().encode(text));
  }

  /** Why there may be nothing to be found. */
  get nothing(): string {
    return this.#source?.kind === "made"
      ? `the float model finds nothing with a score of ${this.settings.shownFrom} or more, and there is no "label_dir" that says what is right; give it, correct the settings of the pictures, or lower "conf_thres"`
      : "there is no labelled object on the pictures that were fed, so that there is no accuracy; give labelled pictures";
  }
}
