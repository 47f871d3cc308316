import type { Convert } from "../context.ts";
import { ACTIVATIONS } from "./activations.ts";
import { CONSTANTS } from "./constants.ts";
import { CONVOLUTION } from "./convolution.ts";
import { DETECTION } from "./detection.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZATION } from "./normalization.ts";
import { POOLING } from "./pooling.ts";
import { QUANTIZATION } from "./quantization.ts";
import { REARRANGING } from "./rearranging.ts";
import { RECURRENT } from "./recurrent.ts";
import { REDUCTION } from "./reduction.ts";
import { RESIZE } from "./resize.ts";
import { SHAPES } from "./shapes.ts";
import { SLICING } from "./slicing.ts";
import { UNARY } from "./unary.ts";

/** Ops that are converted, by their names in a program. */
export const OPS = {
  ...ACTIVATIONS,
  ...UNARY,
  ...ELEMENTWISE,
  ...CONVOLUTION,
  ...POOLING,
  ...NORMALIZATION,
  ...MATRIX,
  ...SHAPES,
  ...REARRANGING,
  ...SLICING,
  ...REDUCTION,
  ...CONSTANTS,
  ...RESIZE,
  ...RECURRENT,
  ...DETECTION,
  ...QUANTIZATION,
} as const satisfies Readonly<Record<string, Convert>>;

export function converterOfOp(type: string): Convert | undefined {
  return Object.hasOwn(OPS, type) ? OPS[type as keyof typeof OPS] : undefined;
}
