import { type BitWidth, findChip, requireBitWidth } from "../../../core-ts/chips/index.ts";
import type { IrForm } from "../../../core-ts/emit/fixed.ts";
import { ConfigError } from "../../../core-ts/errors.ts";
import { OBSERVERS, type ObserverName } from "../../../core-ts/observers/index.ts";
import type { QuantOptions } from "../../../core-ts/pipeline.ts";
import type { BackendChoice } from "../backend-choice.ts";
import type { BadData } from "../infer/configured/task.ts";
import { givenWords, type Word } from "../report/command-line.ts";
import type { ParsedOptions } from "./command.ts";
import { edgeNotes, edgeSettings } from "./edge-settings.ts";
import { configuredEdges } from "./input-config-settings.ts";
import { type MixSettings, mixNotes, mixSettings } from "./mix-settings.ts";
import type { RunMode } from "./quant-options.ts";
import type { InputConfig } from "./run-config.ts";
import { type ScaleSettings, scaleSettings } from "./scale-settings.ts";
import { type SourceSettings, sourceSettings } from "./source-settings.ts";

export type { TemplateSettings } from "./mix-settings.ts";

/** A quant command line, checked. */
export interface QuantSettings extends MixSettings, ScaleSettings {
  readonly source: SourceSettings;
  readonly model: string;
  readonly runMode: RunMode;
  readonly inferFunction: string;
  readonly script: string | undefined;
  readonly data: string | undefined;
  /** Batches to run: the most of `iterations`. */
  readonly iteration: number;
  /** Numbers of batches to calibrate on, and observers: every pair is a strategy. */
  readonly iterations: readonly number[];
  /** Whether the user said how many. */
  readonly iterationGiven: boolean;
  readonly modes: readonly ObserverName[];
  /** Files or folders of -cd; none: no cache. */
  readonly caches: readonly string[];
  readonly batchSize: number;
  /** Whether -bs stood on the command line. */
  readonly batchSizeGiven: boolean;
  readonly quant: QuantOptions;
  readonly dump: boolean;
  readonly saveDir: string;
  /** Threads asked for; the host has fewer cores perhaps. */
  readonly cpus: number;
  readonly backend: BackendChoice;
  /** 0 debug, 1 info, 2 warning, 3 error. */
  readonly logLevel: number;
  /** "input-configs" of the run-config. */
  readonly inputConfigs: readonly InputConfig[];
  readonly badData: BadData;
  /** Options that have no effect, and the like. */
  readonly notes: readonly string[];
  /** The options that were given, for commands that a report proposes. */
  readonly words: readonly Word[];
}

/** The modes facts.md recommends: KL at 8 bit, min_max at 16. */
function defaultMode(bits: BitWidth): ObserverName {
  return bits === 8 ? "kl" : "min_max";
}

/** Each mode once, in the order given; "all" stands for every one there is. */
function modesOf(given: readonly string[] | undefined, bits: BitWidth): ObserverName[] {
  if (given === undefined) return [defaultMode(bits)];
  const all = Object.keys(OBSERVERS);
  return [...new Set(given.flatMap((mode) => (mode === "all" ? all : [mode])))] as ObserverName[];
}

/** @throws ConfigError where several strategies do not go with another option. */
function refuseStrategies({ values }: ParsedOptions, strategies: number, runMode: RunMode): void {
  if (strategies === 1) return;
  const refused =
    runMode === "infer"
      ? "-r infer runs one model as it is"
      : values.dump === true || runMode === "compare"
        ? "a dump belongs to one"
        : values.generateTemplate === true
          ? "-gt writes one template"
          : values.mixConfig
            ? "-mc gives every node its mode"
            : values.loadScaleJson
              ? "-lsj gives every value its scale"
              : undefined;
  if (refused)
    throw new ConfigError(
      `-qm and -i ask for ${strategies} strategies, and ${refused}; give one mode and one number`,
      {
        option: "-qm/--quant-mode",
      },
    );
}

/** @throws ConfigError in run modes that calibrate nothing. */
function cachesOf({ values }: ParsedOptions, runMode: RunMode): readonly string[] {
  const caches = (values.cacheDistribution ?? []) as readonly string[];
  if (caches.length > 0 && runMode !== "quant" && runMode !== "compare") {
    throw new ConfigError(
      `-cd/--cache-distribution is for quantizing, and -r ${runMode} calibrates nothing; leave it out`,
      { option: "-cd/--cache-distribution" },
    );
  }
  return caches;
}

function refuseContradictions({ values, given }: ParsedOptions, bits: BitWidth, runMode: RunMode): void {
  if (given("lutLen") && bits === 8 && !values.mixConfig) {
    throw new ConfigError("-ll/--lut-len is for 16-bit tables only; leave it out, or give -b 16 or -mc", {
      option: "-ll/--lut-len",
    });
  }
  if (given("dump") && (runMode === "infer" || runMode === "convert")) {
    throw new ConfigError(`-du/--dump needs a quantization, and -r ${runMode} makes none; leave one out`, {
      option: "-du/--dump",
    });
  }
}

function notesOf({ values, given }: ParsedOptions, modes: readonly ObserverName[]): string[] {
  const notes: string[] = [];
  if (given("percent") && !modes.includes("percentile") && !values.mixConfig)
    notes.push(`-per/--percent has no effect with -qm ${modes.join(" ")}; it is for -qm percentile`);
  if (given("outputDequant") && values.ir === "qdq")
    notes.push("-od/--output-dequant has no effect with --ir qdq: its outputs are real numbers anyway");
  return notes;
}

/** Options of the quantized model itself. */
function modelSettings({ values }: ParsedOptions, bits: BitWidth, mode: ObserverName): QuantOptions {
  return {
    chip: values.chip as string,
    bits,
    mode,
    percent: values.percent as number,
    irBatch: values.irBatch as number,
    lutLen: values.lutLen as number,
    outputDequant: values.outputDequant === true,
    ir: values.ir as IrForm,
  };
}

/** What is fed, and how much of it. */
function dataSettings({ values, given }: ParsedOptions) {
  const iterations = [...new Set(values.iteration as readonly number[])];
  return {
    inferFunction: values.inferFunc as string,
    script: values.userDefinedScript as string | undefined,
    data: values.data as string | undefined,
    iteration: Math.max(...iterations),
    iterations,
    iterationGiven: given("iteration"),
    batchSize: values.batchSize as number,
    batchSizeGiven: given("batchSize"),
    badData: values.badData as BadData,
  };
}

/** Puts the values of a command line together. @throws ConfigError for a chip that is unknown or lacks the width, and for options that contradict each other. */
export function readSettings(
  parsed: ParsedOptions,
  inputConfigs: readonly InputConfig[] = [],
): QuantSettings {
  const { values } = parsed;
  const bits = values.bitWidth as BitWidth;
  const modes = modesOf(values.quantMode as readonly string[] | undefined, bits);
  const mode = modes[0]!;
  const data = dataSettings(parsed);
  const runMode = values.runMode as RunMode;
  const edges = edgeSettings(parsed, runMode);
  const target = findChip(values.chip as string);
  requireBitWidth(target, bits);
  refuseContradictions(parsed, bits, runMode);
  refuseStrategies(parsed, modes.length * data.iterations.length, runMode);
  return {
    model: values.model as string,
    source: sourceSettings(parsed),
    runMode,
    ...data,
    modes,
    caches: cachesOf(parsed, runMode),
    quant: {
      ...modelSettings(parsed, bits, mode),
      ...edges,
      ...configuredEdges(inputConfigs, { runMode, ...data }, edges),
    },
    dump: values.dump === true || runMode === "compare",
    saveDir: values.saveDir as string,
    cpus: values.cpuNum as number,
    backend: values.backend as BackendChoice,
    logLevel: values.logLevel as number,
    inputConfigs,
    ...mixSettings(parsed, target, runMode),
    ...scaleSettings(parsed, runMode),
    words: givenWords(parsed),
    notes: [...notesOf(parsed, modes), ...edgeNotes(parsed, runMode), ...mixNotes(parsed)],
  };
}
