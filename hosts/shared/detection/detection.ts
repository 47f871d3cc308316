import { DataError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type {
  ModelUnderTest,
  Sample,
  Task,
  TaskContext,
  TaskKind,
  TaskPass,
  TaskResult,
} from "../infer/configured/task.ts";
import { PrecisionMeter } from "./average-precision.ts";
import type { Detection } from "./boxes.ts";
import { Detector } from "./detect.ts";
import { LabelPictures } from "./draw/label-pictures.ts";
import { type DetectionSettings, isDetection, readDetectionSettings } from "./settings.ts";
import { Truths } from "./truths.ts";

/** What an infer function returns that measures nothing (manual, 定义前向推理函数). */
const NO_MEASURE: TaskResult = { accuracy: 1, figures: [] };

/** A threshold from which a curve lacks a part that matters. */
const HIGH_CONF = 0.01;

/** What the passes over one run's models share. */
interface Parts {
  readonly detector: Detector;
  /** Absent where no accuracy is asked for. */
  readonly truths?: Truths;
  /** Absent where no pictures are drawn. */
  readonly pictures?: LabelPictures;
}

class DetectionPass implements TaskPass {
  readonly #meter: PrecisionMeter;

  constructor(
    private readonly model: ModelUnderTest,
    private readonly parts: Parts,
    settings: DetectionSettings,
  ) {
    this.#meter = new PrecisionMeter(settings.maxDetections);
  }

  async add(outputs: readonly Tensor[], samples: readonly Sample[]): Promise<void> {
    const found = this.parts.detector.find(outputs, samples);
    for (const [i, sample] of samples.entries()) await this.#addPicture(sample, found[i]!);
  }

  async #addPicture(sample: Sample, detections: readonly Detection[]): Promise<void> {
    const { truths, pictures } = this.parts;
    const there = await truths?.of(this.model, sample, sample.picture!.original, detections);
    if (there) this.#meter.add(detections, there);
    await pictures?.add(sample, detections);
  }

  finish(): TaskResult {
    const { truths } = this.parts;
    if (!truths) return NO_MEASURE;
    const result = this.#meter.result();
    if (!result) throw new DataError(truths.nothing);
    const figures = [
      { name: "mAP@0.5:0.95", value: 100 * result.at50to95 },
      { name: "mAP@0.5", value: 100 * result.at50 },
    ];
    return { accuracy: 100 * result.at50to95, figures };
  }
}

class DetectionTask implements Task {
  readonly #settings: DetectionSettings;
  readonly #truths: Truths | undefined;
  readonly #pictures: LabelPictures | undefined;
  #detector: Detector | undefined;

  constructor(private readonly context: TaskContext) {
    const settings = readDetectionSettings(context.config);
    this.#settings = settings;
    this.#truths = settings.calculatesAccuracy ? new Truths(context, settings) : undefined;
    const draws = settings.drawsBoxes && context.runMode === "infer";
    this.#pictures = draws ? new LabelPictures(context, settings) : undefined;
    if (settings.calculatesAccuracy && settings.confThreshold > HIGH_CONF)
      context.note(
        `"conf_thres" ${settings.confThreshold} leaves less sure detections out of the precision-recall curves, so that mAP is lower than with 0.001`,
      );
    if (settings.drawsBoxes && !draws) context.note('"draw_box" takes effect with -r infer only');
  }

  async begin(model: ModelUnderTest): Promise<TaskPass> {
    await this.#truths?.open(model);
    this.#detector ??= new Detector(this.#settings, model.outputs, this.context.note);
    const parts = {
      detector: this.#detector,
      ...(this.#truths ? { truths: this.#truths } : {}),
      ...(this.#pictures ? { pictures: this.#pictures } : {}),
    };
    return new DetectionPass(model, parts, this.#settings);
  }
}

/** Boxes around objects: how many of those that are there the model finds, and how well. */
export const detection: TaskKind = {
  applies: isDetection,
  open: (context) => new DetectionTask(context),
};
