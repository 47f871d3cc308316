import type { StoredPass } from "../../../../conformance/case-file.ts";
import type { PASSES } from "../../../../core-ts/passes/index.ts";
import { foldAffineCases } from "./fold-affine.ts";
import { foldCases } from "./folds.ts";
import { magnitudeCases } from "./magnitude.ts";
import { movementCases } from "./movement.ts";
import { normalizationCases } from "./normalization.ts";
import { optimizeCases } from "./optimize.ts";
import { productCases } from "./products.ts";
import { recurrentCases } from "./recurrent.ts";
import { removalCases } from "./removals.ts";
import { spellingCases } from "./spellings.ts";
import { windowCases } from "./windows.ts";

/** Cases of conformance/cases/passes.json, by the pass that is run alone, or `optimize` for all: models, nodes and constants by hand. */
export function passCases(): Readonly<Record<keyof typeof PASSES | "optimize", readonly StoredPass[]>> {
  return {
    ...removalCases(),
    ...recurrentCases(),
    ...windowCases(),
    ...foldAffineCases(),
    ...movementCases(),
    ...foldCases(),
    ...magnitudeCases(),
    ...normalizationCases(),
    ...spellingCases(),
    ...productCases(),
    ...optimizeCases(),
  };
}
