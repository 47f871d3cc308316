export { hawqMix } from "./hawq.ts";
export { quantizedNodes } from "./nodes.ts";
export { forAllVariants, type Variant, variantsOf } from "./one-by-one.ts";
export { type Violation, violations } from "./rules.ts";
export { type Sensitivity, sensitivities } from "./sensitivity.ts";
export { chooseHigh, endsFirst, highCount, initialMix, type MixModes, rankedGroups } from "./strategies.ts";
export { sources } from "./uses.ts";
