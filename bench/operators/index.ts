import { resnet8, textDirection, wakeWord } from "./classifiers.ts";
import { fastestDet, ultraFace, ultraFaceMixed, ultraFaceOffsets, yoloLike } from "./detectors.ts";
import type { BenchModel } from "./model.ts";
import { commandLstm, commandLstmUnrolled, sileroVad } from "./recurrent.ts";

/** The models of `npm run bench -- operators`, by the name given on the command line. */
export const MODELS = {
  commandLstm,
  commandLstmUnrolled,
  fastestDet,
  resnet8,
  sileroVad,
  textDirection,
  ultraFace,
  ultraFaceMixed,
  ultraFaceOffsets,
  wakeWord,
  yoloLike,
} as const satisfies Record<string, BenchModel>;
