import { ConfigError, InternalError } from "../../../core-ts/errors.ts";
import { type Inference, openInference } from "../../../core-ts/evaluate/inference.ts";
import { CONVERTERS, type ConversionRequest, isConverted } from "../../../core-ts/frontends/index.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { readNpz } from "../npy/npz.ts";
import type { Staging } from "../ports.ts";
import type { CommandRun } from "../quant/session.ts";
import { openHost } from "../quant/session.ts";
import { checkConversion, type Recorded } from "./check-conversion.ts";
import { frameworkAnswers } from "./framework-answers.ts";
import { type Exported, exportNamedModel, isNamedModel } from "./named-model.ts";
import { seededInputs } from "./seeded-inputs.ts";

const MODEL_OPTION = "-m/--model";

/** A model as ONNX. */
export interface LoadedModel {
  readonly bytes: Uint8Array;
  /** What is known of the conversion; undefined for a model that was ONNX. */
  readonly conversion?: { readonly checked: string };
}

async function requestOf({ settings, ports }: CommandRun): Promise<ConversionRequest> {
  const { files } = ports;
  const { model, source } = settings;
  const { weight, startNames, endNames, toChw, inputShapes } = source;
  // A SavedModel is a folder: what is in it is read through `beside`.
  const isFolder = await files.isFolder(model);
  const folder = isFolder ? model : files.split(model).folder;
  return {
    model: { name: model, bytes: isFolder ? new Uint8Array() : await files.read(model, MODEL_OPTION) },
    ...(weight === undefined
      ? {}
      : { weight: { name: weight, bytes: await files.read(weight, "-w/--weight") } }),
    startNames,
    endNames,
    toChw,
    inputShapes,
    async beside(path) {
      const whole = files.join(folder, path);
      return (await files.exists(whole)) ? files.read(whole, MODEL_OPTION) : undefined;
    },
  };
}

async function converted(run: CommandRun): Promise<Exported> {
  const { framework } = run.settings.source;
  if (isNamedModel(run.settings)) return exportNamedModel(run);
  if (!isConverted(framework)) throw new InternalError(`there is no converter for ${framework}`);
  return { bytes: writeModel(await CONVERTERS[framework](await requestOf(run))) };
}

/** The answers that --reference gives. */
async function givenAnswers({ settings, ports }: CommandRun, file: string): Promise<Recorded> {
  const arrays = readNpz(await ports.files.read(file, "--reference"), file);
  const remedy = "check that the file was recorded from this model";
  return { from: file, arrays, toChw: settings.source.toChw, remedy };
}

/** Compares a converted model with every answer that is known, else with those of the framework; it runs in any case. */
async function check(run: CommandRun, model: Inference, own: Recorded | undefined): Promise<string> {
  const { reference } = run.settings.source;
  const known = [
    ...(own ? [own] : []),
    ...(reference === undefined ? [] : [await givenAnswers(run, reference)]),
  ];
  if (known.length > 0) {
    const checks: string[] = [];
    for (const one of known) checks.push(await checkConversion(model, one));
    return checks.join("; ");
  }
  await model.forward(seededInputs(model.inputs));
  const found = await frameworkAnswers(run, model);
  if ("recorded" in found) return checkConversion(model, found.recorded);
  return `it loads and runs; its answers were not compared (${found.why}), which --reference FILE.npz does`;
}

async function convert(run: CommandRun): Promise<LoadedModel> {
  const { bytes, recorded } = await converted(run);
  const host = await openHost(run);
  const model = await openInference(bytes, host.backend);
  try {
    return { bytes, conversion: { checked: await check(run, model, recorded) } };
  } finally {
    await model.stop();
  }
}

/**
 * The model of -m: an ONNX file as it is, a model of another framework converted and checked.
 * @throws ConfigError when it can't be read; ModelError, UnsupportedError when it can't be converted, or its answers are not those of the reference.
 */
export async function loadModel(run: CommandRun): Promise<LoadedModel> {
  const { settings, ports } = run;
  if (settings.source.framework !== "onnx") {
    const loaded = await convert(run);
    ports.terminal.err(`${settings.model} is converted to ONNX: ${loaded.conversion!.checked}\n`);
    return loaded;
  }
  if (settings.source.reference !== undefined) {
    throw new ConfigError("--reference checks a conversion, and the model is ONNX already; leave it out", {
      option: "--reference",
    });
  }
  return { bytes: await ports.files.read(settings.model, MODEL_OPTION) };
}

/** Writes {name}.onnx where the model was converted; returns what stands in save-dir then. */
export async function writeConverted(
  { settings, ports }: CommandRun,
  { bytes, conversion }: LoadedModel,
  staging: Staging,
): Promise<(readonly [path: string, what: string])[]> {
  if (!conversion) return [];
  const name = `${ports.files.stem(settings.model)}.onnx`;
  await staging.write(name, bytes);
  return [[name, "the float model, converted to ONNX"]];
}
