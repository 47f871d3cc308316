import { ConfigError } from "../../../core-ts/errors.ts";
import type { ParsedOptions } from "./command.ts";
import type { RunMode } from "./quant-options.ts";
import { LOAD_SCALES } from "./scale-file.ts";

const WRITE_SCALES = "-gsj/--generate-scale-json";

export interface ScaleSettings {
  /** Write the scales as JSON. */
  readonly writeScales: boolean;
  /** The file that holds the scales. */
  readonly loadScales: string | undefined;
}

/** @throws ConfigError for options that exclude each other (manual, -gsj and -lsj), and where the run quantizes nothing. */
export function scaleSettings({ values }: ParsedOptions, runMode: RunMode): ScaleSettings {
  const writeScales = values.generateScaleJson === true;
  const loadScales = values.loadScaleJson as string | undefined;
  const refuse = (option: string, why: string) => new ConfigError(`${option} ${why}`, { option });
  const quantizes = runMode === "quant" || runMode === "compare";
  if (writeScales && !quantizes)
    throw refuse(WRITE_SCALES, `is for quantizing, and -r ${runMode} does not; leave it out`);
  if (loadScales && !quantizes)
    throw refuse(LOAD_SCALES, `is for quantizing, and -r ${runMode} does not; leave it out`);
  if (writeScales && loadScales)
    throw refuse(WRITE_SCALES, `and ${LOAD_SCALES} exclude each other; give one of them`);
  if (loadScales && values.mixConfig)
    throw refuse(LOAD_SCALES, "and -mc/--mix-config exclude each other; give one of them");
  return { writeScales, loadScales };
}
