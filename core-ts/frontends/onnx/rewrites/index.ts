import type { Rewrite } from "../rewrite.ts";
import { ATTRIBUTES_TO_INPUTS } from "./attributes-to-inputs.ts";
import { BATCH_NORMALIZATION } from "./batch-normalization.ts";
import { CONSTANT } from "./constants.ts";
import { CONTRIB } from "./contrib.ts";
import { CONTRIB_ATTENTION } from "./contrib-attention.ts";
import { DROPOUT } from "./dropout.ts";
import { EXPERIMENTAL } from "./experimental.ts";
import { GROUP_NORMALIZATION } from "./group-normalization.ts";
import { NEW_SPELLINGS } from "./new-spellings.ts";
import { RECURRENT } from "./recurrent.ts";
import { RESIZE } from "./resize.ts";
import { SOFTMAX } from "./softmax.ts";
import { SPLIT } from "./split.ts";

/**
 * Every op whose form in the opsets read differs from that in CANONICAL_OPSET, compared schema by schema over ONNX's opsets 7 to 22.
 * All other changes in that range only allow more element types, add an attribute whose default is the old meaning, or make clear
 * what was meant; opset 22 itself only adds bfloat16 (and wording for pooling windows that start in the padding).
 */
const ALL: readonly Rewrite[] = [
  ...CONSTANT,
  ...ATTRIBUTES_TO_INPUTS,
  ...SPLIT,
  ...RECURRENT,
  ...RESIZE,
  ...SOFTMAX,
  ...BATCH_NORMALIZATION,
  ...GROUP_NORMALIZATION,
  ...DROPOUT,
  ...NEW_SPELLINGS,
  ...EXPERIMENTAL,
];

/** Op → its rewrites, in the order in which they apply. */
export const REWRITES: ReadonlyMap<string, readonly Rewrite[]> = new Map(
  [...new Set(ALL.map(({ op }) => op))].map((op) => [op, ALL.filter((rule) => rule.op === op)]),
);

/** The same for ops of domain com.microsoft. */
export const CONTRIB_REWRITES: ReadonlyMap<string, readonly Rewrite[]> = new Map(
  [...CONTRIB, ...CONTRIB_ATTENTION].map((rule) => [rule.op, [rule]]),
);
