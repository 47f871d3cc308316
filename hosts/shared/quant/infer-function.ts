import { ConfigError } from "../../../core-ts/errors.ts";
import { isNamedModel } from "../convert/named-model.ts";
import { createInferAuto } from "../infer/auto.ts";
import { InferCommon } from "../infer/configured/infer-configured.ts";
import { createInferFiles } from "../infer/files.ts";
import { type OpenScript, openScript } from "../infer/open-script.ts";
import { COMMON_FUNCTIONS, INFER_AUTO, INFER_FILES, readsInputConfigs } from "../infer/reference.ts";
import { findFunction } from "../infer/registry.ts";
import type { InferRun, PassFunction } from "../infer/run-function.ts";
import type { CommandRun } from "./session.ts";

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

async function checkData({ settings, ports }: CommandRun): Promise<void> {
  const { data } = settings;
  if (data !== undefined && !(await ports.files.exists(data)))
    throw new ConfigError(`the data path ${data} does not exist; check -d/--data`, { option: "-d/--data" });
}

type Notes = Set<string>;

function builtInFunctions({ settings, ports }: CommandRun, notes: Notes) {
  const options = {
    normalizes: settings.quant.mean !== undefined,
    countGiven: settings.iterationGiven,
    badData: settings.badData,
    note: (sentence: string) => void notes.add(sentence),
  };
  const common = new InferCommon(ports, options);
  const functions = new Map<string, PassFunction>([
    [INFER_AUTO, createInferAuto()],
    [INFER_FILES, createInferFiles(ports, options)],
    ...COMMON_FUNCTIONS.map((one) => [one, common.fn] as const),
  ]);
  return { common, functions };
}

/** What the script and the options make together. @throws ConfigError where there is no such function. */
function inferRunOf(run: CommandRun, script: string | undefined, opened: OpenScript, notes: Notes): InferRun {
  const { settings, ports, log } = run;
  const name = settings.inferFunction;
  const registered = opened.functions;
  if (registered.size > 0) log("debug", `${script} registers ${[...registered.keys()].join(", ")}`);
  const { common, functions } = builtInFunctions(run, notes);
  const fn = findFunction(name, functions, registered, script);
  return {
    name,
    fn,
    ...(fn === common.fn ? { products: common } : {}),
    iteration: settings.iteration,
    batchSize: settings.batchSize,
    data: settings.data,
    saveDir: settings.saveDir,
    runMode: settings.runMode,
    script: registered.has(name) ? script : undefined,
    inputConfigs: Object.fromEntries(
      settings.inputConfigs.map((config, i) => [String(config.input_name ?? i), config]),
    ),
    signal: ports.signal,
    notes: () => [...notes],
    ...(opened.conversions ? { conversions: opened.conversions } : {}),
  };
}

/**
 * Loads the user script, gives `use` the infer function, and ends what runs it and removes what it left behind, whatever comes of that.
 * @throws ConfigError.
 */
export async function withInferFunction<T>(
  run: CommandRun,
  use: (infer: InferRun) => Promise<T>,
): Promise<T> {
  const { settings, ports } = run;
  const name = settings.inferFunction;
  await checkData(run);
  const notes: Notes = new Set();
  const script = await ownScript(run, (sentence) => void notes.add(sentence));
  // A Python script has given the model; what it registers besides is not run here.
  const isModelScript = isNamedModel(settings) && (name === INFER_AUTO || readsInputConfigs(name));
  const opened = await openScript(ports, isModelScript ? undefined : script, settings);
  try {
    const infer = inferRunOf(run, script, opened, notes);
    try {
      return await use(infer);
    } finally {
      await infer.products?.discard();
    }
  } finally {
    await opened.close();
  }
}
