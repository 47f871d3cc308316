import { balanceChannels } from "./balance-channels.ts";
import { canonicalGemm } from "./canonical-gemm.ts";
import { chooseByTruth } from "./choose-by-truth.ts";
import { explicitWindows } from "./explicit-windows.ts";
import { foldAffine } from "./fold-affine.ts";
import { foldScalar } from "./fold-scalar.ts";
import { foldSequences } from "./fold-sequences.ts";
import { fuseGroupNormalization } from "./fuse-group-normalization.ts";
import { fuseL2Normalization } from "./fuse-l2-normalization.ts";
import { fuseLstm } from "./fuse-lstm.ts";
import { fuseMagnitude } from "./fuse-magnitude.ts";
import { fuseNormalization } from "./fuse-normalization.ts";
import { fuseTables } from "./fuse-tables.ts";
import { maskScores } from "./mask-scores.ts";
import { mergeCasts } from "./merge-casts.ts";
import { mergeClips } from "./merge-clips.ts";
import { mergeReshapes } from "./merge-reshapes.ts";
import { mergeTransposes } from "./merge-transposes.ts";
import { padIntoConv } from "./pad-into-conv.ts";
import type { Pass } from "./pass.ts";
import { removeDeadCode } from "./remove-dead-code.ts";
import { removeNoOps } from "./remove-no-ops.ts";
import { rewriteEinsum } from "./rewrite-einsum.ts";
import { splitPacked } from "./split-packed.ts";
import { splitVariadic } from "./split-variadic.ts";
import { squeezeWeights } from "./squeeze-weights.ts";

/** Every pass, in the order in which they run, round after round. */
export const PASSES = {
  foldSequences,
  mergeCasts,
  removeNoOps,
  fuseLstm,
  fuseNormalization,
  fuseGroupNormalization,
  fuseL2Normalization,
  fuseMagnitude,
  rewriteEinsum,
  squeezeWeights,
  splitVariadic,
  mergeClips,
  maskScores,
  chooseByTruth,
  explicitWindows,
  canonicalGemm,
  foldAffine,
  splitPacked,
  foldScalar,
  balanceChannels,
  padIntoConv,
  mergeReshapes,
  mergeTransposes,
  removeDeadCode,
} as const satisfies Record<string, Pass>;

const RESCALING: readonly Pass[] = [splitPacked, foldScalar, balanceChannels];

/** The passes that leave values with scales of their own what they are: for a model that knows its scales already. */
export const SCALE_KEEPING_PASSES: readonly Pass[] = Object.values(PASSES).filter(
  (pass) => !RESCALING.includes(pass),
);

/** What runs once the others have come to rest. */
export const LAST_PASSES: readonly Pass[] = [fuseTables, removeDeadCode];
