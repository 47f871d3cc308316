import { Command } from "commander";
import { type BitWidth, DEFAULT_CHIP, findChip, requireBitWidth } from "../../../core-ts/chips/index.ts";
import { examine, type Finding } from "../../../core-ts/doctor/index.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { BACKEND_OPTION, BACKENDS, type BackendChoice } from "../backend-choice.ts";
import { createLog, type Log } from "../cli/log.ts";
import { oneOf } from "../cli/option-values.ts";
import type { Ports } from "../ports.ts";
import { paintFor } from "../quant/report-text.ts";

interface DoctorOptions {
  readonly model: string;
  readonly chip: string;
  readonly bitWidth: BitWidth;
  readonly backend: BackendChoice;
  readonly json?: true;
}

function program(ports: Ports): Command {
  const backend = (text: string) => oneOf(...BACKENDS)(text, BACKEND_OPTION);
  const width = (text: string) => oneOf(8, 16)(text, "-b/--bit-width");
  return new Command("Knight doctor")
    .description(
      "Look at a model before any calibration: what will stay float and why, risky spots, and the remedy for each. Exit code 1 when it can't be quantized.",
    )
    .requiredOption("-m, --model <FILE>", "the ONNX model")
    .option("--chip <CHIP>", "target", DEFAULT_CHIP)
    .option("-b, --bit-width <BITS>", "8 | 16", width, 8)
    .option(`${BACKEND_OPTION} <NAME>`, BACKENDS.join(" | "), backend, "auto")
    .option(
      "--json",
      "one JSON object on standard output: {model, chip, bits, findings: [{severity, check, place, what, remedy}]}",
    )
    .exitOverride()
    .configureOutput({ writeOut: (text) => ports.terminal.out(text), writeErr: () => undefined });
}

/** @throws ConfigError for options that are unknown or missing; undefined when only help was wanted. */
function readOptions(argv: readonly string[], ports: Ports): DoctorOptions | undefined {
  const command = argv.indexOf("doctor");
  const words = argv.filter((_, i) => i !== command).map((word) => (word === "-ch" ? "--chip" : word));
  try {
    return program(ports).parse(words, { from: "user" }).opts<DoctorOptions>();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "commander.helpDisplayed") return undefined;
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`Knight doctor: ${message.replace(/^error: /, "")}; see Knight doctor --help`);
  }
}

function print(ports: Ports, options: DoctorOptions, findings: readonly Finding[]): void {
  const paint = paintFor(ports.terminal);
  const colours = { error: paint.red, warning: paint.yellow, note: paint.dim };
  for (const { severity, place, what, remedy } of findings)
    ports.terminal.out(
      `${colours[severity](severity.padEnd(7))}  ${place ? `${paint.bold(place)}: ` : ""}${what}\n         → ${remedy}\n`,
    );
  const count = (severity: string) => findings.filter((one) => one.severity === severity).length;
  const summary = `${count("error")} errors, ${count("warning")} warnings, ${count("note")} notes`;
  ports.terminal.out(
    `${options.model}, ${options.chip}, ${options.bitWidth} bit: ${findings.length === 0 ? "nothing to tell" : summary}\n`,
  );
}

/** Looks at the model file. @throws ConfigError for a chip that is unknown or lacks the width, or a file that can't be read. */
export async function examineFile(
  { model, chip, bitWidth: bits, backend }: Omit<DoctorOptions, "json">,
  ports: Ports,
  log: Log,
): Promise<Finding[]> {
  requireBitWidth(findChip(chip), bits);
  const bytes = await ports.files.read(model, "-m/--model");
  const host = {
    backend: await ports.createBackend(ports.cpuCount, backend, log),
    kernels: await ports.loadKernels((message) => log("debug", message)),
    log,
    signal: ports.signal,
    toolVersion: ports.version,
  };
  const settings = {
    chip,
    bits,
    mode: "kl",
    percent: 0.99999,
    irBatch: 1,
    lutLen: 10,
    outputDequant: false,
  } as const;
  return examine(bytes, settings, host, ports.files.external(model));
}

/** Knight doctor. Returns the exit code: 1 when the model can't be quantized. */
export async function runDoctor(argv: readonly string[], ports: Ports): Promise<number> {
  const options = readOptions(argv, ports);
  if (options === undefined) return 0;
  const findings = await examineFile(options, ports, createLog(ports.terminal, 3));
  const { model, chip, bitWidth: bits } = options;
  if (options.json) ports.terminal.out(`${JSON.stringify({ model, chip, bits, findings }, null, 2)}\n`);
  else print(ports, options, findings);
  return findings.some(({ severity }) => severity === "error") ? 1 : 0;
}
