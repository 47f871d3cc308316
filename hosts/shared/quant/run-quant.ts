import type { Ranges } from "../../../core-ts/calibrate/ranges.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  type Prepared,
  type QuantizedModel,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../../../core-ts/pipeline.ts";
import type { LayerError } from "../../../core-ts/report/layer-error.ts";
import { startProgress } from "../cli/progress.ts";
import type { ForwardTarget } from "../infer/forward.ts";
import { type InferRun, runInferFunction } from "../infer/run-function.ts";
import type { Staging } from "../ports.ts";
import { Dump } from "./dump.ts";
import { calibrationText, floatPassLabel, wideningNotes } from "./known-scales.ts";
import { type QuantReport, reportQuant } from "./report-quant.ts";
import { type CommandRun, openHost, openInferFunction, openModel } from "./session.ts";

/** Runs of the quantized model whose layers are compared one by one; -du compares all. */
const COMPARED_RUNS = 8;

/** Everything the passes over the data need. */
interface Work extends CommandRun {
  readonly host: PipelineHost;
  readonly infer: InferRun;
  readonly prepared: Prepared;
  readonly staging: Staging;
}

/** Runs the infer function over a model, with progress. */
async function pass(work: Work, label: string, forward: ForwardTarget["forward"]): Promise<number> {
  const { infer, prepared, ports } = work;
  const progress = startProgress(ports, label, infer.iteration);
  try {
    const target = { inputs: prepared.inputs, outputs: prepared.outputs, forward };
    return await runInferFunction(infer, target, prepared.outputNameToNodeName, () => progress.step());
  } finally {
    progress.stop();
  }
}

async function calibrateModel(work: Work): Promise<{ float: number; ranges: Ranges; samples: number }> {
  const calibration = await startCalibration(work.prepared, work.host);
  try {
    const float = await pass(work, floatPassLabel(work.prepared), (feeds) => calibration.forward(feeds));
    return { float, ranges: calibration.ranges(), samples: calibration.samples };
  } finally {
    await calibration.stop();
  }
}

async function evaluateModel(
  work: Work,
  model: QuantizedModel,
): Promise<{ fixed: number; layers: LayerError[] }> {
  const dump = work.settings.dump ? new Dump(work.staging, work.ports.files) : undefined;
  const options = dump ? { onLayer: dump.listener } : { comparedRuns: COMPARED_RUNS };
  const evaluation = await startEvaluation(work.prepared, model, work.host, options);
  try {
    const fixed = await pass(work, "Evaluation", (feeds) => evaluation.forward(feeds));
    await dump?.finish();
    return { fixed, layers: evaluation.layers() };
  } finally {
    await evaluation.stop();
  }
}

function batchNotes({ settings, prepared, infer }: Work): string[] {
  if (prepared.dynamicBatch) return [];
  const batch = prepared.inputs[0]?.dims[0];
  const notes: string[] = [];
  if (settings.batchSizeGiven && batch !== infer.batchSize)
    notes.push(`-bs ${infer.batchSize} does not change the model: its batch is fixed at ${batch}`);
  if (settings.quant.irBatch !== 1 && batch !== settings.quant.irBatch)
    notes.push(`-ib ${settings.quant.irBatch} has no effect: the model's batch is fixed at ${batch}`);
  return notes;
}

async function writeFiles(work: Work, model: QuantizedModel): Promise<QuantReport["files"]> {
  const { staging, ports, settings, prepared } = work;
  const name = `${ports.files.stem(settings.model)}_quantize.onnx`;
  await staging.write(name, model.bytes);
  await staging.write("steps/optimized_float.onnx", writeModel(prepared.targetModel));
  await staging.write("steps/output_all_layers_quantize.onnx", model.allOutputs());
  return [
    [name, "the quantized model"],
    ["steps/optimized_float.onnx", "the float model it was made from"],
    ["steps/output_all_layers_quantize.onnx", "the quantized model with every layer's output"],
    ...(settings.dump
      ? ([
          ["dump/", "every layer's output, float and quantized"],
          ["dump.json", "the layers of dump/ and their scales"],
        ] as const)
      : []),
  ];
}

async function quantizeStaged(run: CommandRun, bytes: Uint8Array, infer: InferRun, staging: Staging) {
  const host = await openHost(run);
  const prepared = await openModel(run, bytes, host);
  const work: Work = { ...run, host, infer, prepared, staging };
  const calibrated = await calibrateModel(work);
  const model = quantizeModel(prepared, calibrated.ranges, host);
  const evaluated = await evaluateModel(work, model);
  const files = await writeFiles(work, model);
  await staging.publish();
  reportQuant(run, {
    float: calibrated.float,
    fixed: evaluated.fixed,
    calibration: calibrationText(prepared, calibrated.samples),
    compared: run.settings.dump ? "all batches" : `the first ${COMPARED_RUNS} batches`,
    layers: evaluated.layers,
    floatLayers: prepared.floatLayers,
    integerNodes: model.summary.integerNodes,
    warnings: [...run.settings.notes, ...batchNotes(work), ...wideningNotes(prepared), ...model.warnings],
    files,
  });
}

/**
 * -r quant: float model → calibration → quantized model → evaluation → files and report. Files appear in --save-dir only when all of
 * them are there; whatever goes wrong before leaves the folder as it was.
 */
export async function runQuant(run: CommandRun): Promise<void> {
  const { settings, ports } = run;
  const bytes = await ports.files.read(settings.model, "-m/--model");
  const infer = await openInferFunction(run);
  const staging = await ports.files.stage(settings.saveDir);
  try {
    await quantizeStaged(run, bytes, infer, staging);
  } finally {
    await staging.discard();
  }
}
