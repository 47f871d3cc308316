import { ConfigError } from "../../../core-ts/errors.ts";
import { nearest } from "./nearest.ts";
import { type OptionSpec, optionName } from "./option-spec.ts";
import { framework, QUANT_OPTIONS } from "./quant-options.ts";
import { REFUSED_COMMANDS } from "./refused.ts";
import { NEXT_SHAPE } from "./source-settings.ts";

/** A command line in the form that commander reads. */
export interface Arguments {
  /** The first --chip, wherever it stood. */
  readonly chip: string | undefined;
  /** --default-chip. */
  readonly defaultChip: string | undefined;
  readonly command: string | undefined;
  /** `--long=value` or `--long`, nothing else. */
  readonly options: readonly string[];
  readonly help: boolean;
  readonly version: boolean;
  readonly notes: readonly string[];
}

type Known = Pick<OptionSpec, "long" | "shorts" | "value" | "many" | "groups">;

const CHIP: Known = { long: "chip", shorts: ["ch"], value: "CHIP" };
const STORED_CHIP: Known = { long: "default-chip", shorts: [], value: "CHIP" };
const HELP: Known = { long: "help", shorts: ["h"] };
const VERSION: Known = { long: "version", shorts: ["v"] };
const KNOWN: readonly Known[] = [CHIP, STORED_CHIP, HELP, VERSION, ...QUANT_OPTIONS];

const spelled = ({ long, shorts }: Pick<OptionSpec, "long" | "shorts">) => [
  `--${long}`,
  ...shorts.map((short) => `-${short}`),
];
const ALL_SPELLINGS = KNOWN.flatMap(spelled);

function isOption(token: string): boolean {
  return /^-/.test(token) && token !== "-" && !/^-\.?\d/.test(token);
}

interface Token {
  readonly spec: Known;
  /** After "=", or glued to a one-letter name. */
  readonly attached: string | undefined;
}

/** @throws ConfigError for an option that is unknown, with the nearest one. */
function readOption(token: string): Token {
  const equals = token.indexOf("=");
  const name = equals < 0 ? token : token.slice(0, equals);
  const attached = equals < 0 ? undefined : token.slice(equals + 1);
  const spec = KNOWN.find((known) => spelled(known).includes(name));
  if (spec) return { spec, attached };
  const glued = /^-([a-z])(\d+)$/.exec(token);
  const short = glued && KNOWN.find((known) => known.value && known.shorts.includes(glued[1]!));
  if (glued && short) return { spec: short, attached: glued[2] };
  const hint = nearest(name, ALL_SPELLINGS);
  throw new ConfigError(
    `unknown option ${name}; ${hint ? `did you mean ${hint}?` : "see Knight quant --help for those there are"}`,
    { option: name },
  );
}

/** @throws ConfigError when the value of an option is missing. */
function readValue({ spec, attached }: Token, next: string | undefined): string {
  if (attached !== undefined) return attached;
  const option = optionName(spec);
  if (next === undefined)
    throw new ConfigError(`${option} needs a value, and nothing comes after it`, { option });
  if (isOption(next) && ALL_SPELLINGS.includes(next)) {
    throw new ConfigError(`${option} needs a value, but the option ${next} comes after it`, { option });
  }
  return next;
}

/** The command's name. @throws ConfigError for one that is not there. */
function readCommand(word: string): string {
  if (word === "quant" || word === "sensitivity") return word;
  const why = REFUSED_COMMANDS[word];
  if (why) throw new ConfigError(`Knight ${word} ${why}`);
  const hint = nearest(word, [
    "quant",
    "sensitivity",
    "compare",
    "doctor",
    "chips",
    ...Object.keys(REFUSED_COMMANDS),
  ]);
  throw new ConfigError(`unknown command "${word}"; ${hint ? `did you mean ${hint}?` : "expected quant"}`);
}

/** A word that belongs to no option. Old scripts write the framework behind the command: `quant onnx -m ...`; returns it as an option. */
function readWord(word: string, before: Known | undefined): string {
  if (!before) return `--framework=${framework(word, "the word after quant")}`;
  const option = optionName(before);
  throw new ConfigError(
    `"${word}" belongs to no option (${option} comes before it); options start with a dash, and values with spaces need quotes`,
    { option },
  );
}

/**
 * Brings a command line to one form. The manual's short names have one dash and several letters (-qm, -uds), which commander
 * reads as bundles of one-letter options (-q -m): they become long names here, before commander sees them. --chip may
 * stand before or behind the command; of several the first wins.
 * @throws ConfigError that names the option.
 */
export function readArgv(argv: readonly string[]): Arguments {
  let command: string | undefined;
  let before: Known | undefined;
  const chips: string[] = [];
  const options: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const token = argv[i]!;
    if (!isOption(token)) {
      if (command === undefined) command = readCommand(token);
      else if (before?.many) options.push(`--${before.long}=${token}`);
      else options.push(readWord(token, before));
      continue;
    }
    const read = readOption(token);
    const { spec } = read;
    if (command !== undefined) before = spec;
    if (spec.value === undefined) {
      if (read.attached !== undefined) {
        throw new ConfigError(`${optionName(spec)} is a switch and takes no value`, { option: token });
      }
      options.push(`--${spec.long}`);
      continue;
    }
    if (spec.groups) options.push(`--${spec.long}=${NEXT_SHAPE}`);
    const value = readValue(read, argv[i + 1]);
    if (read.attached === undefined) i++;
    if (spec === CHIP) chips.push(value);
    else options.push(`--${spec.long}=${value}`);
  }
  return finish(command, chips, options);
}

const STORES = "--default-chip=";

function finish(command: string | undefined, chips: readonly string[], all: readonly string[]): Arguments {
  const [chip] = chips;
  const ignored = chips.find((other) => other !== chip);
  return {
    chip,
    defaultChip: all.findLast((option) => option.startsWith(STORES))?.slice(STORES.length),
    command,
    options: all.filter(
      (option) => option !== "--help" && option !== "--version" && !option.startsWith(STORES),
    ),
    help: all.includes("--help"),
    version: all.includes("--version"),
    notes: ignored ? [`--chip was given twice: ${chip} is used, ${ignored} is not`] : [],
  };
}
