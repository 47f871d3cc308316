import pc from "picocolors";
import { ConfigError } from "../../../core-ts/errors.ts";
import { runChips } from "../chips/run-chips.ts";
import { runCompare } from "../compare/run-compare.ts";
import { runDoctor } from "../doctor/run-doctor.ts";
import type { Ports } from "../ports.ts";
import { runConvert } from "../quant/run-convert.ts";
import { runInfer } from "../quant/run-infer.ts";
import { runQuant } from "../quant/run-quant.ts";
import { runTemplate } from "../quant/run-template.ts";
import type { CommandRun } from "../quant/session.ts";
import { runSensitivity } from "../sensitivity/run-sensitivity.ts";
import { type Arguments, readArgv } from "./argv.ts";
import { commandHelp, parseQuant, programHelp } from "./command.ts";
import { defaultChip, storeDefaultChip } from "./default-chip.ts";
import { describeFailure, exitCodeOf } from "./failure.ts";
import { createLog } from "./log.ts";
import {
  RUN_CONFIG_OPTION,
  type RunConfig,
  readRunConfig,
  runConfigPath,
  withRunConfig,
} from "./run-config.ts";
import { runDemo } from "./run-demo.ts";
import { readSettings } from "./settings.ts";

async function dispatch(run: CommandRun): Promise<void> {
  if (run.settings.template) return runTemplate(run, run.settings.template);
  switch (run.settings.runMode) {
    case "quant":
    case "compare":
      await runQuant(run);
      return;
    case "infer":
      await runInfer(run);
      return;
    case "convert":
      return runConvert(run);
  }
}

/** What -rc names, read; nothing where there is none. */
async function readConfig(args: Arguments, ports: Ports): Promise<RunConfig | undefined> {
  const path = runConfigPath(args);
  if (path === undefined) return undefined;
  const bytes = await ports.files.read(path, RUN_CONFIG_OPTION);
  return readRunConfig(new TextDecoder().decode(bytes), path);
}

async function obey(argv: readonly string[], ports: Ports): Promise<void> {
  const given = readArgv(argv);
  const config = given.help || given.version ? undefined : await readConfig(given, ports);
  const args = config ? withRunConfig(given, config) : given;
  if (args.version) return ports.terminal.out(`${ports.version}\n`);
  if (args.help) {
    const chip = await defaultChip(ports);
    return ports.terminal.out(args.command === undefined ? programHelp(chip) : commandHelp(chip));
  }
  if (args.defaultChip !== undefined) return storeDefaultChip(args, args.defaultChip, ports);
  if (args.command === undefined) {
    throw new ConfigError("no command is given; try Knight quant -m model.onnx, or Knight --help");
  }
  const settings = readSettings(
    parseQuant({ ...args, chip: args.chip ?? (await defaultChip(ports)) }),
    config?.inputConfigs,
  );
  const log = createLog(ports.terminal, settings.logLevel);
  for (const note of args.notes) log("warning", note);
  const run = { settings: { ...settings, notes: [...args.notes, ...settings.notes] }, ports, log };
  await (args.command === "sensitivity" ? runSensitivity(run) : dispatch(run));
}

/** Whether -l 0 is on the command line, also on one that can't be read. */
export function wantsStack(argv: readonly string[]): boolean {
  return /(^| )(-l|--log-level)[ =]?0( |$)/.test(argv.join(" "));
}

/** The first word that is no option, nor the value of --chip. */
function commandOf(argv: readonly string[]): string | undefined {
  return argv.find((word, i) => !word.startsWith("-") && !/^(-ch|--chip)$/.test(argv[i - 1] ?? ""));
}

/**
 * The whole program: does what the command line says and returns the exit code. Whatever goes wrong becomes one block on
 * the error stream; nothing is thrown.
 */
export async function runKnight(argv: readonly string[], ports: Ports): Promise<number> {
  try {
    const command = commandOf(argv);
    if (command === "doctor") return await runDoctor(argv, ports);
    if (command === "chips")
      return runChips(
        argv.filter((word) => word !== command),
        ports,
      );
    if (command === "compare") await runCompare(argv, ports);
    else if (command === "demo")
      await runDemo(
        argv.filter((word) => word !== command),
        ports,
        obey,
      );
    else await obey(argv, ports);
    return 0;
  } catch (error) {
    const paint = pc.createColors(ports.terminal.errColors);
    ports.terminal.err(describeFailure(error, wantsStack(argv)).replace(/^error:/, paint.red("error:")));
    return exitCodeOf(error, ports.signal.reason);
  }
}
