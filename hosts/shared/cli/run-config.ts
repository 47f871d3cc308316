import { ConfigError } from "../../../core-ts/errors.ts";
import { COMPARE_OPTIONS } from "../compare/options.ts";
import type { Arguments } from "./argv.ts";
import { isJsonObject, type JsonObject, parseJson } from "./json-object.ts";
import { nearest } from "./nearest.ts";
import { type OptionSpec, optionName } from "./option-spec.ts";
import { QUANT_OPTIONS } from "./quant-options.ts";
import { NEXT_SHAPE } from "./source-settings.ts";

/** Sections of the tool family's other commands: left to them, with a note. */
const OTHER_PROGRAMS = ["compile", "run", "profiling"];
const SECTIONS = ["chip", "quant", "compare", ...OTHER_PROGRAMS];

/** Keys of "input-configs" (manual, 示例五; spec/facts.md). */
const INPUT_KEYS = [
  "input_name",
  "quant_data_format",
  "data_dir",
  "label_dir",
  "is_yolo",
  "color_space",
  "augment",
  "mean",
  "std",
  "quantize_input_dtype",
  "padding_constant_value",
  "calculate_acc",
  "draw_box",
  "max_det",
  "anchors",
  "decoder",
  "nc",
  "conf_thres",
  "iou_thres",
  "names",
];

export type InputConfig = Readonly<Record<string, unknown>>;

/** A run-config file as the command line it stands for. */
export interface RunConfig {
  readonly chip: string | undefined;
  /** `--long=value` or `--long`, as in Arguments. */
  readonly options: readonly string[];
  /** "input-configs", one entry an input. */
  readonly inputConfigs: readonly InputConfig[];
  readonly notes: readonly string[];
}

const shown = (value: unknown): string => JSON.stringify(value) ?? String(value);

class Reader {
  /** @param place what is read, for messages. */
  constructor(private readonly place: string) {}

  error(sentence: string): ConfigError {
    return new ConfigError(`${this.place}: ${sentence}`);
  }

  object(value: unknown, what: string): JsonObject {
    if (isJsonObject(value)) return value;
    throw this.error(
      `${what} is ${shown(value).slice(0, 60)}, expected an object of options: {"model": "...", ...}`,
    );
  }

  known(key: string, allowed: readonly string[], where: string): void {
    if (allowed.includes(key)) return;
    const hint = nearest(key, allowed);
    throw this.error(
      `unknown key "${key}" ${where}; ${hint ? `did you mean "${hint}"?` : `known are ${allowed.join(", ")}`}`,
    );
  }

  /** One value as it would stand on the command line; undefined for null and "None". */
  scalar(value: unknown, key: string): string | undefined {
    if (value === null || value === "None") return undefined;
    if (typeof value === "string") return value.trim();
    if (typeof value === "number" && Number.isFinite(value)) return String(value);
    throw this.error(`"${key}" is ${shown(value)}, expected a number or a string`);
  }

  /** Values of an option that takes several: an array, or one string with blanks between them. */
  list(value: unknown, key: string): string[] {
    if (Array.isArray(value))
      return value.map((item) => (item === null ? "None" : (this.scalar(item, key) ?? "None")));
    const text =
      value === null ? undefined : typeof value === "string" ? value.trim() : this.scalar(value, key);
    return text === undefined || text === "" ? [] : text.split(/\s+/);
  }

  /** One number, and not a shape of several. */
  #isDimension(item: unknown): boolean {
    return typeof item === "number" || (typeof item === "string" && !/\s/.test(item.trim()));
  }

  isOn(value: unknown, key: string): boolean {
    const text = String(value).toLowerCase();
    if (value === null || text === "false" || text === "none") return false;
    if (text === "true") return true;
    throw this.error(`"${key}" is ${shown(value)}, expected true or false`);
  }

  /** The tokens of one key of "quant". */
  option(spec: OptionSpec, key: string, value: unknown): string[] {
    const name = `--${spec.long}`;
    if (spec.value === undefined) return this.isOn(value, key) ? [name] : [];
    if (spec.groups && Array.isArray(value) && value.some((item) => !this.#isDimension(item)))
      return value.flatMap((item) => [
        `${name}=${NEXT_SHAPE}`,
        ...this.list(item, key).map((one) => `${name}=${one}`),
      ]);
    if (spec.many) return this.list(value, key).map((item) => `${name}=${item}`);
    const text = this.scalar(value, key);
    return text === undefined ? [] : [`${name}=${text}`];
  }

  inputConfigs(value: unknown): InputConfig[] {
    if (value === null) return [];
    const entries = Array.isArray(value) ? value : [value];
    return entries.map((entry) => {
      const config = this.object(entry, '"input-configs"');
      for (const key of Object.keys(config)) this.known(key, INPUT_KEYS, 'in "input-configs"');
      return config;
    });
  }
}

/** The option that a key of a section stands for. @throws ConfigError for one that is given twice, or stands for the file itself. */
function longOfKey(reader: Reader, key: string, section: JsonObject): string {
  const long = key.replaceAll("_", "-");
  if (long === "run-config") throw reader.error('"run-config" stands in a run-config; leave it out');
  if (key !== long && long in section)
    throw reader.error(`"${key}" and "${long}" are the same option; leave one out`);
  return long;
}

function readQuant(reader: Reader, quant: JsonObject): Pick<RunConfig, "chip" | "options" | "inputConfigs"> {
  const options: string[] = [];
  let chip: string | undefined;
  let inputConfigs: InputConfig[] = [];
  const longs = QUANT_OPTIONS.map(({ long }) => long);
  for (const [key, value] of Object.entries(quant)) {
    const long = longOfKey(reader, key, quant);
    if (long === "input-configs") inputConfigs = reader.inputConfigs(value);
    else if (long === "chip") chip = reader.scalar(value, key);
    else {
      reader.known(long, [...longs, "input-configs", "chip"], 'in "quant"');
      options.push(...reader.option(QUANT_OPTIONS.find((known) => known.long === long)!, key, value));
    }
  }
  return { chip, options, inputConfigs };
}

function readCompare(reader: Reader, compare: JsonObject): string[] {
  return Object.entries(compare).flatMap(([key, value]) => {
    const long = longOfKey(reader, key, compare);
    // The chip changes nothing about numbers that are there already.
    if (long === "chip") return [];
    const known = COMPARE_OPTIONS.filter((option) => option.long !== "run-config");
    reader.known(
      long,
      known.map((option) => option.long),
      'in "compare"',
    );
    return reader.option(known.find((option) => option.long === long)!, key, value);
  });
}

function parse(text: string, reader: Reader): JsonObject {
  const refused = (sentence: string) =>
    reader.error(`${sentence}; JSON has no comments and no comma before a closing bracket`);
  return reader.object(parseJson(text, refused), "its content");
}

/** A file with its sections checked by name, and what is said about those of other programs. */
function readSections(text: string, file: string) {
  const reader = new Reader(`run-config ${file}`);
  const config = parse(text, reader);
  for (const key of Object.keys(config)) reader.known(key, SECTIONS, "at the top");
  const section = (name: string) =>
    config[name] === undefined ? {} : reader.object(config[name], `"${name}"`);
  const left = OTHER_PROGRAMS.filter((name) => name in config);
  const notes =
    left.length > 0
      ? [`run-config ${file}: ${left.join(", ")} belong to other programs and are left out`]
      : [];
  return { reader, config, notes, quant: section("quant"), compare: readCompare(reader, section("compare")) };
}

/**
 * Reads a run-config (spec/facts.md, "Command line"): keys are long option names without dashes, values numbers or strings, lists arrays or
 * one string, switches true or "true", null and "None" stand for nothing given. Paths are relative to the current directory, as on the command line.
 * @throws ConfigError naming file and key.
 */
export function readRunConfig(text: string, file: string): RunConfig {
  const { reader, config, notes, quant } = readSections(text, file);
  const read = readQuant(reader, quant);
  return {
    ...read,
    chip: (config.chip === undefined ? undefined : reader.scalar(config.chip, "chip")) ?? read.chip,
    notes,
  };
}

/** "compare" of a run-config, in the form of RunConfig's options. @throws ConfigError naming file and key. */
export function readCompareOptions(text: string, file: string): Pick<RunConfig, "options" | "notes"> {
  const { compare, notes } = readSections(text, file);
  return { options: compare, notes };
}

/**
 * Options given as one JSON object, the "quant" of a run-config. @param place names it in messages, for instance "the options".
 * @throws ConfigError naming the key.
 */
export function readQuantOptions(
  options: JsonObject,
  place: string,
): Pick<RunConfig, "chip" | "options" | "inputConfigs"> {
  return readQuant(new Reader(place), options);
}

const longOf = (option: string): string => option.replace(/=.*$/s, "");

/** The command line with what the file adds to it: an option on the command line beats the file. */
export function withRunConfig(args: Arguments, config: RunConfig): Arguments {
  const given = new Set(args.options.map(longOf));
  return {
    ...args,
    chip: args.chip ?? config.chip,
    options: [...config.options.filter((option) => !given.has(longOf(option))), ...args.options],
    notes: [...args.notes, ...config.notes],
  };
}

/** The file that -rc names, or undefined. */
export function runConfigPath(args: Arguments): string | undefined {
  const option = args.options.findLast((one) => longOf(one) === "--run-config");
  return option?.slice("--run-config=".length);
}

export const RUN_CONFIG_OPTION = optionName({ long: "run-config", shorts: ["rc"] });
