import { ConfigError } from "../../../core-ts/errors.ts";
import { type PipelineHost, type Prepared, prepare } from "../../../core-ts/pipeline.ts";
import { describePlan } from "../../../core-ts/plan/describe.ts";
import { withScales } from "../../../core-ts/quantize/scale-table.ts";
import type { Log } from "../cli/log.ts";
import { checkMix, MIX_OPTION, readMixFile } from "../cli/mix-file.ts";
import { LOAD_SCALES, readScaleFile } from "../cli/scale-file.ts";
import type { QuantSettings } from "../cli/settings.ts";
import { isNamedModel } from "../convert/named-model.ts";
import { createInferAuto } from "../infer/auto.ts";
import { InferCommon } from "../infer/common/infer-common.ts";
import { createInferFiles } from "../infer/files.ts";
import { COMMON_FUNCTIONS, INFER_AUTO, INFER_FILES, readsInputConfigs } from "../infer/reference.ts";
import { findFunction } from "../infer/registry.ts";
import type { InferRun, PassFunction } from "../infer/run-function.ts";
import type { Ports } from "../ports.ts";

/** One run of the command: what was asked, and what it stands on. */
export interface CommandRun {
  readonly settings: QuantSettings;
  readonly ports: Ports;
  readonly log: Log;
}

/** The runtime and the kernels that the core works with. */
export async function openHost({ settings, ports, log }: CommandRun): Promise<PipelineHost> {
  const threads = Math.min(settings.cpus, ports.cpuCount);
  const backend = await ports.createBackend(threads, settings.backend, log);
  log("debug", `${backend.name} on ${threads} of ${ports.cpuCount} cores`);
  const kernels = await ports.loadKernels((message) => log("debug", message));
  return { backend, kernels, log, signal: ports.signal, toolVersion: ports.version };
}

/** Where the original tool keeps the scripts of its built-in functions. */
const VENDOR_SCRIPT = /^[\\/]opt[\\/]Quantize[\\/]/;

/**
 * The script that is to be loaded: none where a built-in function is named together with the original tool's own script for it, which is not on this machine or lies
 * where that tool is installed. Any other file is the user's, whatever its name is.
 */
async function ownScript(
  { settings, ports }: CommandRun,
  note: (sentence: string) => void,
): Promise<string | undefined> {
  const { script, inferFunction: name } = settings;
  if (script === undefined || !(COMMON_FUNCTIONS.includes(name) || name === INFER_AUTO)) return script;
  const isNamed = [...COMMON_FUNCTIONS, INFER_AUTO].includes(ports.files.stem(script));
  const isVendors = VENDOR_SCRIPT.test(script) || (isNamed && !(await ports.files.exists(script)));
  if (!isVendors) return script;
  note(`${script} is the original tool's script: the built-in ${name} is used`);
  return undefined;
}

/** Loads the user script and finds the infer function. @throws ConfigError. */
export async function openInferFunction(run: CommandRun): Promise<InferRun> {
  const { settings, ports, log } = run;
  const { data, inferFunction: name } = settings;
  if (data !== undefined && !(await ports.files.exists(data))) {
    throw new ConfigError(`the data path ${data} does not exist; check -d/--data`, { option: "-d/--data" });
  }
  const notes = new Set<string>();
  const note = (sentence: string) => void notes.add(sentence);
  const script = await ownScript(run, note);
  // A Python script has given the model; what it registers besides is not run here.
  const isModelScript = isNamedModel(settings) && (name === INFER_AUTO || readsInputConfigs(name));
  const registered = script === undefined || isModelScript ? new Map() : await ports.loadScript(script);
  if (registered.size > 0) log("debug", `${script} registers ${[...registered.keys()].join(", ")}`);
  const dataOptions = {
    normalizes: settings.quant.mean !== undefined,
    countGiven: settings.iterationGiven,
    badData: settings.badData,
    note,
  };
  const common = new InferCommon(ports, dataOptions);
  const builtIn = new Map<string, PassFunction>([
    [INFER_AUTO, createInferAuto()],
    [INFER_FILES, createInferFiles(ports, dataOptions)],
    ...COMMON_FUNCTIONS.map((one) => [one, common.fn] as const),
  ]);
  const fn = findFunction(name, builtIn, registered, script);
  return {
    name,
    fn,
    ...(fn === common.fn ? { products: common } : {}),
    iteration: settings.iteration,
    batchSize: settings.batchSize,
    data,
    saveDir: settings.saveDir,
    runMode: settings.runMode,
    script: registered.has(name) ? script : undefined,
    inputConfigs: Object.fromEntries(
      settings.inputConfigs.map((config, i) => [String(config.input_name ?? i), config]),
    ),
    signal: ports.signal,
    notes: () => [...notes],
  };
}

/** With -lsj the scales of the file stand in the plan, and calibration has nothing to find. */
async function withLoadedScales({ settings, ports }: CommandRun, prepared: Prepared): Promise<Prepared> {
  const file = settings.loadScales;
  if (file === undefined) return prepared;
  const text = new TextDecoder().decode(await ports.files.read(file, LOAD_SCALES));
  return { ...prepared, plan: withScales(prepared.plan, readScaleFile(text, file)) };
}

/** Reads, optimizes and plans the model. */
export async function openModel(run: CommandRun, bytes: Uint8Array, host: PipelineHost): Promise<Prepared> {
  const { settings, ports, log } = run;
  const { mixConfig, model, quant } = settings;
  const mixFile =
    mixConfig === undefined
      ? undefined
      : readMixFile(new TextDecoder().decode(await ports.files.read(mixConfig, MIX_OPTION)), mixConfig);
  const prepared = await prepare(
    bytes,
    { ...quant, ...(mixFile ? { mix: mixFile.mix } : {}) },
    host,
    ports.files.external(model),
  );
  if (mixFile) checkMix(mixFile, prepared.plan);
  const planned = await withLoadedScales(run, prepared);
  for (const note of prepared.notes) log("info", note);
  log("debug", `plan:\n${describePlan(planned.plan)}`);
  return planned;
}
