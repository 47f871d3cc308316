import type { Convert, ConvertValues } from "../convert.ts";
import { BINARY } from "./binary.ts";
import { CONVOLUTION } from "./convolution.ts";
import { DETECTION } from "./detection.ts";
import { ELEMENTWISE } from "./elementwise.ts";
import { FAKE_QUANT } from "./fake-quant.ts";
import { GATHERING } from "./gathering.ts";
import { IMAGING } from "./imaging.ts";
import { JOINING } from "./joining.ts";
import { MATRIX } from "./matrix.ts";
import { NORMALIZING } from "./normalizing.ts";
import { POOLING } from "./pooling.ts";
import { RECURRENT } from "./recurrent.ts";
import { REDUCING } from "./reducing.ts";
import { RESHAPE } from "./reshape.ts";
import { SEQUENCES } from "./sequences.ts";
import { SHAPES } from "./shapes.ts";
import { SLICING } from "./slicing.ts";
import { SPACE_BATCH } from "./space-batch.ts";

/** Ops of tensors, by name. */
export const TENSOR_OPS: ReadonlyMap<string, Convert> = new Map(
  Object.entries({
    ...BINARY,
    ...CONVOLUTION,
    ...DETECTION,
    ...ELEMENTWISE,
    ...FAKE_QUANT,
    ...GATHERING,
    ...IMAGING,
    ...JOINING,
    ...MATRIX,
    ...NORMALIZING,
    ...POOLING,
    ...RECURRENT,
    ...REDUCING,
    ...RESHAPE,
    ...SHAPES,
    ...SLICING,
    ...SPACE_BATCH,
  }),
);

/** Ops of which some input or output is no tensor. */
export const VALUE_OPS: ReadonlyMap<string, ConvertValues> = new Map(Object.entries(SEQUENCES));
