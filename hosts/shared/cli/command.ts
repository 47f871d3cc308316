import { Command, type Help, Option } from "commander";
import { DEFAULT_CHIP, FAMILIES } from "../../../core-ts/chips/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import type { Arguments } from "./argv.ts";
import { GROUPS, type OptionSpec, optionName } from "./option-spec.ts";
import { QUANT_OPTIONS } from "./quant-options.ts";

const examples = (chip: string) => `
Example:
  Knight --chip ${chip} quant -m model.onnx -uds infer.ts -if infer_images -d images.npy \\
    -bs 10 -i 50 --save-dir out

Results go to standard output, progress and logs to standard error.
Exit code: 0 done; 1 the model or the data; 2 an option, the user script or --save-dir; 130 or 143 stopped.`;

function chipOption(chip: string): Option {
  const known = FAMILIES.map(({ example }) => example).join(", ");
  return new Option("--chip <CHIP>", `target, for instance ${known}`).default(chip).helpGroup("Precision:");
}

export function toOption(spec: OptionSpec): Option {
  const option = new Option(`--${spec.long}${spec.value ? ` <${spec.value}>` : ""}`, spec.help);
  const { parse = (text: string) => text, many, fallback, fallbackText } = spec;
  option.helpGroup(`${spec.group}:`);
  const values: (string | number)[] = [];
  const collect = (value: string | number) => {
    values.push(value);
    return values;
  };
  if (spec.value) {
    option.argParser((text: string) => {
      const value = parse(text, optionName(spec));
      return many ? collect(value) : value;
    });
  }
  if (fallback !== undefined) option.default(many ? [fallback] : fallback, String(fallback));
  else if (fallbackText) option.default(undefined, fallbackText);
  return option;
}

/** The help text shows the manual's spelling, -qm, --quant-mode MODE; commander itself knows only the long names. */
function optionTerm(specs: readonly OptionSpec[]): (option: Option) => string {
  return (option) => {
    const long = option.long?.slice(2);
    const shorts = { chip: "ch", help: "h", version: "v" }[long ?? ""];
    const spec = specs.find((known) => known.long === long);
    const short = spec?.shorts[0] ?? shorts;
    const value = / <(.*)>/.exec(option.flags)?.[1];
    return `${short ? `-${short}, ` : ""}${option.long}${value ? ` ${value}` : ""}${spec?.many ? "..." : ""}`;
  };
}

/** commander prints the default of a value; one stated in words only has to be added. */
function optionDescription(this: Help, option: Option): string {
  const text = option.defaultValueDescription ?? option.defaultValue;
  return text === undefined ? option.description : `${option.description} (default: ${text})`;
}

/** A command that prints nothing by itself, throws instead of ending the process, and shows these options as the manual spells them. */
export function quiet(command: Command, specs: readonly OptionSpec[] = QUANT_OPTIONS): Command {
  return command
    .exitOverride()
    .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
    .configureHelp({ optionTerm: optionTerm(specs), optionDescription, helpWidth: 110 })
    .helpOption("--help", "this text");
}

/** Commands of their own, outside of commander's program. */
const OTHERS = `  compare -qd DIR      Compare the layers of a dump (quant -du): numbers and pictures.
  sensitivity -m MODEL Quantize one layer at a time, and all but one: which layers cost how much. Options as for quant.
  demo                 Quantize the network of examples/digits and measure it.
  doctor -m MODEL      Look at a model before any calibration: what will stay float and why.
  chips                List the chips there are.
`;

/** The command line of every host that has one: Knight [--chip CHIP] quant [options]. `chip` is the default one. */
export function createProgram(chip: string = DEFAULT_CHIP): {
  readonly program: Command;
  readonly quant: Command;
} {
  const program = quiet(new Command("Knight"))
    .helpCommand(false)
    .description("Post-training quantizer: a float ONNX model in, an all-integer ONNX model out.")
    .usage("[--chip CHIP] quant -m MODEL [options]")
    .option("--version", "print the version")
    .addOption(
      new Option("--default-chip <CHIP>", "use this chip from now on when --chip is not given").default(chip),
    )
    .addHelpText("after", `${OTHERS}${examples(chip)}`);
  const quant = quiet(program.command("quant"))
    .description("Quantize a model, or run one (-r infer). Knight quant --help lists the options.")
    .usage("-m MODEL [options]")
    .addHelpText("after", examples(chip));
  for (const group of GROUPS) {
    for (const spec of QUANT_OPTIONS) if (spec.group === group) quant.addOption(toOption(spec));
    if (group === "Precision") quant.addOption(chipOption(chip));
  }
  return { program, quant };
}

type OptionValue = string | number | boolean;

/** Values of a command line by commander's names, and which of them the user gave. */
export interface ParsedOptions {
  readonly values: Readonly<Record<string, OptionValue | readonly (string | number)[] | undefined>>;
  given(name: string): boolean;
}

/** What the host prints for --help without a command. */
export function programHelp(chip?: string): string {
  return text(createProgram(chip).program);
}

/** What the host prints for quant --help. */
export function commandHelp(chip?: string): string {
  return text(createProgram(chip).quant);
}

/** addHelpText's part is written by outputHelp only. */
function text(command: Command): string {
  let written = "";
  command.configureOutput({ writeOut: (part) => (written += part) });
  command.outputHelp();
  return written;
}

/** @throws ConfigError for values that an option does not take, and when a required option is missing. */
export function parseQuant({ options, chip }: Pick<Arguments, "options" | "chip">): ParsedOptions {
  const { quant } = createProgram();
  quant.parse(chip === undefined ? [...options] : [`--chip=${chip}`, ...options], { from: "user" });
  const values = quant.opts<ParsedOptions["values"]>();
  for (const spec of QUANT_OPTIONS) {
    if (!spec.required || values[spec.long] !== undefined) continue;
    const option = optionName(spec);
    throw new ConfigError(`${option} is missing: ${spec.help}; add -${spec.shorts[0]} ${spec.value}`, {
      option,
    });
  }
  return { values, given: (name) => quant.getOptionValueSource(name) === "cli" };
}
