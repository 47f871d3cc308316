import { resnet8, textDirection, wakeWord } from "./classifiers.ts";
import { fastestDet, ultraFace, ultraFaceOffsets, yoloLike } from "./detectors.ts";
import type { BenchModel } from "./model.ts";

/** The models of `npm run bench -- operators`, by the name given on the command line. */
export const MODELS = {
  fastestDet,
  resnet8,
  textDirection,
  ultraFace,
  ultraFaceOffsets,
  wakeWord,
  yoloLike,
} as const satisfies Record<string, BenchModel>;
