import { DEFAULT_CHIP, FAMILIES } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { parseQuant } from "../cli/command.ts";
import type { JsonObject } from "../cli/json-object.ts";
import type { OptionSpec } from "../cli/option-spec.ts";
import type { ValueSchema } from "../cli/option-values.ts";
import { QUANT_OPTIONS, type RunMode } from "../cli/quant-options.ts";
import { readQuantOptions } from "../cli/run-config.ts";
import { type QuantSettings, readSettings } from "../cli/settings.ts";

/** What the job itself decides, and why a request can't. */
const OWN: Readonly<Record<string, string>> = {
  model: "the model is given as a file",
  data: "the data are given as files",
  "run-mode": "the kind of job says it",
  "save-dir": "the results are given back",
  "user-defined-script": "no code is run for a request; give data as .npy, .npz or pictures",
  python: "no program is started for a request",
  "run-config": "give its options here",
  "generate-template": "it makes no model",
  backend: "the host has one",
  "log-level": "a listener gets everything",
};

const CHIP: OptionSpec = {
  long: "chip",
  shorts: ["ch"],
  group: "Precision",
  value: "CHIP",
  fallback: DEFAULT_CHIP,
  help: `target, for instance ${FAMILIES.map(({ example }) => example).join(", ")}`,
};

/** An option of a job, described for forms and API documents. */
export interface JobOption extends Pick<OptionSpec, "long" | "group" | "help" | "fallback" | "fallbackText"> {
  /** Of one value; "boolean" for a switch. */
  readonly schema: ValueSchema | { readonly type: "boolean" };
  /** Takes a list as well. */
  readonly many: boolean;
}

/** Every option a job takes, in the order of the command line's table, which is where they come from. */
export function jobOptions(): JobOption[] {
  return [CHIP, ...QUANT_OPTIONS]
    .filter(({ long }) => !(long in OWN))
    .map(({ long, group, help, fallback, fallbackText, value, parse, many }) => ({
      long,
      group,
      help,
      ...(fallback === undefined ? {} : { fallback }),
      ...(fallbackText === undefined ? {} : { fallbackText }),
      schema: value === undefined ? { type: "boolean" } : (parse?.schema ?? { type: "string" }),
      many: many ?? false,
    }));
}

/** What a kind of job sets unless the request says otherwise, or always. */
export interface JobDefaults {
  readonly model: string;
  readonly runMode: RunMode;
  readonly saveDir: string;
  /** The folder of the data; absent: random data. */
  readonly data?: string;
  /** Options for which the request has no word. */
  readonly unlessGiven: JsonObject;
}

/** @throws ConfigError for options that are unknown, wrong, contradictory, or not the request's. */
export function jobSettings(given: JsonObject, job: JobDefaults): QuantSettings {
  const normalized = Object.fromEntries(
    Object.entries(given).map(([key, value]) => [key.replaceAll("_", "-"), value]),
  );
  for (const key of Object.keys(normalized)) {
    if (Object.hasOwn(OWN, key))
      throw new ConfigError(`the options: "${key}" can't be given to a job: ${OWN[key]}`, { option: key });
  }
  const { chip, options, inputConfigs } = readQuantOptions(
    { ...job.unlessGiven, ...normalized },
    "the options",
  );
  const own = [`--model=${job.model}`, `--run-mode=${job.runMode}`, `--save-dir=${job.saveDir}`];
  if (job.data !== undefined) own.push(`--data=${job.data}`);
  return readSettings(parseQuant({ chip, options: [...options, ...own] }), inputConfigs);
}
