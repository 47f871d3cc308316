export { quantizedNodes } from "./nodes.ts";
export { type Violation, violations } from "./rules.ts";
export { chooseHigh, endsFirst, highCount, initialMix, type MixModes } from "./strategies.ts";
