import { rows } from "../../../core-ts/calibrate/batches.ts";
import { DataError } from "../../../core-ts/errors.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { PictureGeometry, Sample } from "../infer/configured/task.ts";
import type { Detection } from "./boxes.ts";
import type { ChosenDecoder, DecodeContext } from "./decode/decoder.ts";
import { ontoPicture } from "./geometry.ts";
import type { DetectionSettings } from "./settings.ts";
import { suppress } from "./suppress.ts";
import { findDecoder } from "./user-decoders.ts";

/** The outputs for one sample of a batch. */
function outputsOf(outputs: readonly Tensor[], sample: number, samples: number): readonly Tensor[] {
  if (samples === 1) return outputs;
  return outputs.map((t) => {
    if (t.dims[0] === samples) return rows(t, sample, sample + 1);
    throw new DataError(
      `an output of the model has shape [${t.dims.join(", ")}] for ${samples} pictures, expected [${samples}, ...]; give -bs 1`,
    );
  });
}

function geometryOf({ name, picture }: Sample): PictureGeometry {
  if (picture) return picture;
  throw new DataError(
    `${name} is no picture, and boxes are found on pictures only; set "quant_data_format" to Image`,
    {
      file: name,
    },
  );
}

/** Finds what a model has detected. The decoder is chosen by the first outputs and kept: the quantized model's may look different. */
export class Detector {
  #chosen: ChosenDecoder | undefined;

  constructor(
    private readonly settings: DetectionSettings,
    private readonly outputNames: readonly string[],
    private readonly note: (sentence: string) => void,
  ) {}

  /** Detections on each picture of a batch, in its pixels, the surest first. */
  find(outputs: readonly Tensor[], samples: readonly Sample[]): Detection[][] {
    return samples.map((sample, i) =>
      this.#findOn(outputsOf(outputs, i, samples.length), geometryOf(sample)),
    );
  }

  #findOn(outputs: readonly Tensor[], geometry: PictureGeometry): Detection[] {
    const { classCount, anchors, confThreshold, decoder } = this.settings;
    const { outputNames } = this;
    const context: DecodeContext = { input: geometry.input, classCount, anchors, confThreshold, outputNames };
    if (!this.#chosen) {
      this.#chosen = findDecoder(decoder)(outputs, context);
      if (this.#chosen.note) this.note(this.#chosen.note);
    }
    const found = this.#chosen.decode(outputs, context).filter(({ score }) => score >= confThreshold);
    return ontoPicture(suppress(found, this.settings), geometry);
  }
}
