import type { Chip } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import type { ParsedOptions } from "./command.ts";
import { MIX_OPTION } from "./mix-file.ts";
import { described } from "./option-values.ts";
import type { RunMode } from "./quant-options.ts";

export const STRATEGIES = ["initial", "IOhigh", "HAWQ"] as const;

/** -ams: one of these, or a file that Knight sensitivity wrote. */
export const mixStrategy = described({ type: "string" }, (text, option) => {
  if (/\.json$/i.test(text) || STRATEGIES.some((name) => name === text)) return text;
  throw new ConfigError(
    `${option} is "${text}", expected one of ${STRATEGIES.join(", ")}, or a .json that Knight sensitivity wrote`,
    { option },
  );
});

/** What -gt writes. */
export interface TemplateSettings {
  readonly strategy: (typeof STRATEGIES)[number] | "measured";
  /** Of "measured": the file of sensitivities. */
  readonly file?: string;
  /** Share of the nodes that get the low width. */
  readonly ratio: number;
}

export interface MixSettings {
  /** Set: write a template and stop. */
  readonly template: TemplateSettings | undefined;
  /** The file of -mc. */
  readonly mixConfig: string | undefined;
}

const TEMPLATE_OPTION = "-gt/--generate-template";

/** @throws ConfigError for a chip without mixed precision, and in run modes that the option does not go with. */
export function mixSettings({ values }: ParsedOptions, chip: Chip, runMode: RunMode): MixSettings {
  const wanted =
    values.generateTemplate === true ? TEMPLATE_OPTION : values.mixConfig ? MIX_OPTION : undefined;
  if (wanted === TEMPLATE_OPTION && runMode !== "quant") {
    throw new ConfigError(`${wanted} is for -r quant only, and this is -r ${runMode}; leave one out`, {
      option: wanted,
    });
  }
  if (wanted && runMode !== "quant" && runMode !== "compare") {
    throw new ConfigError(`${wanted} is for quantizing, and -r ${runMode} does not; leave one out`, {
      option: wanted,
    });
  }
  if (wanted && !chip.mixedPrecision) {
    throw new ConfigError(
      `chip ${chip.name} (${chip.family}) has no mixed precision; leave ${wanted} out, or give another --chip`,
      { option: wanted },
    );
  }
  const [chosen, ratio] = [values.autoMixStrategy as string, values.autoMixRatio as number];
  const known = STRATEGIES.find((name) => name === chosen);
  const template: TemplateSettings = known
    ? { strategy: known, ratio }
    : { strategy: "measured", file: chosen, ratio };
  return {
    template: values.generateTemplate === true ? template : undefined,
    mixConfig: values.generateTemplate === true ? undefined : (values.mixConfig as string | undefined),
  };
}

/** Options about what -gt does not write, by commander's names. */
const NOT_WRITTEN = {
  mixConfig: MIX_OPTION,
  generateScaleJson: "-gsj/--generate-scale-json",
  cacheDistribution: "-cd/--cache-distribution",
  dump: "-du/--dump",
};

/** Options that have no effect beside the others. */
export function mixNotes({ given, values }: ParsedOptions): string[] {
  const notes: string[] = [];
  const isTemplate = values.generateTemplate === true;
  for (const [name, option] of Object.entries(NOT_WRITTEN))
    if (isTemplate && given(name))
      notes.push(`${option} has no effect with -gt, which only writes a template`);
  if (!isTemplate && (given("autoMixRatio") || given("autoMixStrategy")))
    notes.push("-amr and -ams have no effect without -gt/--generate-template");
  if (isTemplate && given("autoMixRatio") && values.autoMixStrategy === "initial")
    notes.push("-amr has no effect with -ams initial, which gives every node the width of -b");
  return notes;
}
