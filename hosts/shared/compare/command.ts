import { Command } from "commander";
import { ConfigError } from "../../../core-ts/errors.ts";
import { quiet, toOption } from "../cli/command.ts";
import { nearest } from "../cli/nearest.ts";
import { GROUPS } from "../cli/option-spec.ts";
import { COMPARE_OPTIONS } from "./options.ts";

/** By commander's names. */
export type OptionValues = Readonly<Record<string, unknown>>;

const EXAMPLES = `
Example:
  Knight quant -m model.onnx --save-dir out -du && Knight compare -qd out --rmse --sort rmse
  Knight compare -qd out -on conv1 -sl 5 -si -sh
  Knight compare -sd out8:out16

Left is the float model, right the quantized one, in real numbers; with -sd, left the first folder's quantized model and right the second's.`;

function createCommand(): Command {
  const command = quiet(new Command("Knight compare"), COMPARE_OPTIONS)
    .description("Compare layers of a dump (quant -du): which is how far off, in numbers and in pictures.")
    .usage("-qd DIR [options]")
    .addHelpText("after", EXAMPLES);
  for (const group of GROUPS)
    for (const spec of COMPARE_OPTIONS) if (spec.group === group) command.addOption(toOption(spec));
  return command;
}

/** What is printed for compare --help. */
export function compareHelp(): string {
  let written = "";
  createCommand()
    .configureOutput({ writeOut: (part) => (written += part) })
    .outputHelp();
  return written;
}

const spellings = COMPARE_OPTIONS.flatMap(({ long, shorts }) => [
  `--${long}`,
  ...shorts.map((short) => `-${short}`),
]);

/** The long name of an option; commander would read -qd as -q -d. @throws ConfigError for one that is not there, with the nearest. */
function longName(word: string): string {
  const [, name, rest] = /^([^=]*)(=?.*)$/s.exec(word)!;
  const spec = COMPARE_OPTIONS.find(({ long, shorts }) =>
    [`--${long}`, ...shorts.map((short) => `-${short}`)].includes(name!),
  );
  if (spec) return `--${spec.long}${rest}`;
  const hint = nearest(name!, spellings);
  throw new ConfigError(
    `unknown option ${name}; ${hint ? `did you mean ${hint}?` : "see Knight compare --help for those there are"}`,
    { option: name! },
  );
}

function stray(word: string): ConfigError {
  return new ConfigError(
    `Knight compare: "${word}" belongs to no option; options start with a dash, and values with spaces need quotes`,
  );
}

/**
 * The words behind the command with every option under its long name, one word each: --long or --long=value. --chip, which changes nothing here, goes.
 * @throws ConfigError for options that are not there, and for words that belong to none.
 */
export function compareWords(argv: readonly string[]): string[] {
  const words: string[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === "compare" && words.length === 0) continue;
    if (/^(-ch|--chip)$/.test(word)) rest.shift();
    else if (word === "-h" || word === "--help") words.push("--help");
    else if (!word.startsWith("-")) throw stray(word);
    else if (!/^(-ch|--chip)=/.test(word)) words.push(...withValue(longName(word), rest));
  }
  return words;
}

function withValue(option: string, rest: string[]): string[] {
  const spec = COMPARE_OPTIONS.find(({ long }) => option === `--${long}`);
  if (!spec?.value || rest.length === 0 || spellings.includes(rest[0]!)) return [option];
  const values = [`${option}=${rest.shift()}`];
  while (spec.many && rest.length > 0 && !rest[0]!.startsWith("-")) values.push(`${option}=${rest.shift()}`);
  return values;
}

/** @param words as compareWords gives them. @throws ConfigError for values an option does not take. */
export function parseCompare(words: readonly string[]): OptionValues {
  const command = createCommand();
  try {
    command.parse([...words], { from: "user" });
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = (error as Error).message.replace(/^error: /, "");
    throw new ConfigError(`Knight compare: ${reason}; see Knight compare --help`, { cause: error });
  }
  return command.opts<Record<string, unknown>>();
}
