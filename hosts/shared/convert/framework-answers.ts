import { ConfigError } from "../../../core-ts/errors.ts";
import type { Inference } from "../../../core-ts/evaluate/inference.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { readNpz, writeNpz } from "../npy/npz.ts";
import type { PythonOutcome } from "../ports.ts";
import type { CommandRun } from "../quant/session.ts";
import type { Recorded } from "./check-conversion.ts";
import { seededInputs, settledDims } from "./seeded-inputs.ts";

const MODULE = "onnx_quantize_tool.record_answers";

/** What a framework answers, or why that is not known. */
export type FrameworkAnswers = { readonly recorded: Recorded } | { readonly why: string };

/** result.json of record_answers.py. */
type Result =
  | { readonly missing: string }
  | { readonly package: string; readonly version: string; readonly refused?: string };

const decoded = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

/** The inputs as the framework takes them: with -c2chw the model takes NCHW where it takes NHWC. */
function inputsFor({ settings }: CommandRun, { inputs }: Inference): Map<string, Tensor> {
  return seededInputs(inputs, ({ type }) => {
    const dims = settledDims(type);
    const isTurned = settings.source.toChw && dims.length === 4;
    return isTurned ? [0, 2, 3, 1].map((axis) => dims[axis]!) : dims;
  });
}

/** Without a Python that was asked for by name there is none, which is no error. */
async function ask(
  { settings, ports }: CommandRun,
  model: Inference,
  inputs: ReadonlyMap<string, Tensor>,
): Promise<PythonOutcome | string> {
  const { framework, weight, python } = settings.source;
  try {
    return await ports.runPython!({
      interpreter: python,
      need: { packages: framework, without: "--reference FILE.npz" },
      module: MODULE,
      request: {
        framework,
        model: settings.model,
        ...(weight === undefined ? {} : { weight }),
        inputs: [...inputs.keys()],
        outputs: model.outputs.map(({ name }) => name),
      },
      inputs: new Map([["inputs.npz", writeNpz(inputs)]]),
      show: (text) => ports.terminal.err(text),
      signal: ports.signal,
    });
  } catch (error) {
    // The part before the semicolon says what was found, the rest what to do about it.
    if (error instanceof ConfigError && python === undefined) return error.message.split(";")[0]!;
    throw error;
  }
}

/** A framework that ended Python, as a fault in native code does. */
function crash({ code, interpreter, files }: PythonOutcome): string {
  const last = decoded(files.get("log.txt")).trimEnd().split("\n").at(-1)!;
  return `${interpreter} ended with exit code ${code}${last === "" ? "" : `: ${last}`}`;
}

/**
 * Has the framework, where it is a package of the user's own Python, run the model on seeded data. Nothing that goes wrong there says anything of
 * the conversion: it is only told.
 */
export async function frameworkAnswers(run: CommandRun, model: Inference): Promise<FrameworkAnswers> {
  const { settings, ports, log } = run;
  const { toChw, comparesWithFramework } = settings.source;
  if (!comparesWithFramework) return { why: "--python none" };
  if (!ports.runPython) return { why: "no Python can be started here" };
  const inputs = inputsFor(run, model);
  const outcome = await ask(run, model, inputs);
  if (typeof outcome === "string") return { why: outcome };
  const { files, interpreter } = outcome;
  if (files.has("log.txt")) log("debug", decoded(files.get("log.txt")));
  const told = files.get("result.json");
  if (!told) return { why: crash(outcome) };
  const result = JSON.parse(decoded(told)) as Result;
  if ("missing" in result) return { why: `${interpreter} has no package ${result.missing}` };
  const name = `${result.package} ${result.version}`.trimEnd();
  if (result.refused !== undefined) return { why: `${name} did not run the model: ${result.refused}` };
  const answers = readNpz(files.get("answers.npz")!, "answers.npz");
  const from = `${name} on seeded inputs`;
  const remedy = "cut the model before this output, or leave the comparison out with --python none";
  return { recorded: { from, arrays: new Map([...inputs, ...answers]), toChw, remedy } };
}
