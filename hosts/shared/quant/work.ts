import type { Ranges } from "../../../core-ts/calibrate/ranges.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  type Prepared,
  type QuantizedModel,
  startCalibration,
  startEvaluation,
} from "../../../core-ts/pipeline.ts";
import type { LayerError } from "../../../core-ts/report/layer-error.ts";
import { type Progress, startProgress } from "../cli/progress.ts";
import type { ForwardTarget } from "../infer/forward.ts";
import { type InferRun, runInferFunction } from "../infer/run-function.ts";
import type { Staging } from "../ports.ts";
import { Dump } from "./dump.ts";
import { floatPassLabel } from "./known-scales.ts";
import type { QuantReport } from "./report-quant.ts";
import type { CommandRun } from "./session.ts";

/** Runs of the quantized model whose layers are compared one by one; -du compares all. */
export const COMPARED_RUNS = 8;

/** Everything the passes over the data need. */
export interface Work extends CommandRun {
  readonly host: PipelineHost;
  readonly infer: InferRun;
  readonly prepared: Prepared;
  readonly staging: Staging;
}

/** Shows nothing: several strategies show only where each begins and ends. */
const SILENT: Progress = { step: () => undefined, stop: () => undefined };

/** Runs the infer function over a model, with progress. */
async function pass(work: Work, progress: Progress, forward: ForwardTarget["forward"]): Promise<number> {
  const { infer, prepared } = work;
  try {
    const target = { inputs: prepared.inputs, outputs: prepared.outputs, forward };
    return await runInferFunction(infer, target, prepared.outputNameToNodeName, () => progress.step());
  } finally {
    progress.stop();
  }
}

/** What calibration knew after some batches. */
export interface Snapshot {
  readonly ranges: Ranges;
  readonly samples: number;
}

/** One pass over the data: the float result, and what was known after each wanted number of batches (or at the end, where data were fewer). */
export async function calibrateModel(
  work: Work,
  wanted: readonly number[],
): Promise<{ float: number; after: (batches: number) => Snapshot }> {
  const calibration = await startCalibration(work.prepared, work.host);
  const taken = new Map<number, Snapshot>();
  const take = (): Snapshot => {
    const { stats, samples } = calibration.ranges();
    return { ranges: { stats: new Map(stats), samples }, samples };
  };
  let batches = 0;
  try {
    const progress = startProgress(work.ports, floatPassLabel(work.prepared), work.infer.iteration);
    const float = await pass(work, progress, async (feeds) => {
      const results = await calibration.forward(feeds);
      if (wanted.includes(++batches)) taken.set(batches, take());
      return results;
    });
    const last = take();
    return { float, after: (count) => taken.get(count) ?? last };
  } finally {
    await calibration.stop();
  }
}

/** The quantized model's result on the data, and how far each layer is off. */
export async function evaluateModel(
  work: Work,
  model: QuantizedModel,
  shows: "progress" | "nothing",
): Promise<{ fixed: number; layers: LayerError[] }> {
  const dump = work.settings.dump ? new Dump(work.staging, work.ports.files) : undefined;
  const options = dump ? { onLayer: dump.listener } : { comparedRuns: COMPARED_RUNS };
  const evaluation = await startEvaluation(work.prepared, model, work.host, options);
  try {
    const progress =
      shows === "progress" ? startProgress(work.ports, "Evaluation", work.infer.iteration) : SILENT;
    const fixed = await pass(work, progress, (feeds) => evaluation.forward(feeds));
    await dump?.finish();
    return { fixed, layers: evaluation.layers() };
  } finally {
    await evaluation.stop();
  }
}

export function batchNotes({ settings, prepared, infer }: Work): string[] {
  if (prepared.dynamicBatch) return [];
  const batch = prepared.inputs[0]?.dims[0];
  const notes: string[] = [];
  if (settings.batchSizeGiven && batch !== infer.batchSize)
    notes.push(`-bs ${infer.batchSize} does not change the model: its batch is fixed at ${batch}`);
  if (settings.quant.irBatch !== 1 && batch !== settings.quant.irBatch)
    notes.push(`-ib ${settings.quant.irBatch} has no effect: the model's batch is fixed at ${batch}`);
  return notes;
}

/** Writes the quantized model and the stages' models below `folder` ("" or "name/"). */
export async function writeFiles(
  work: Work,
  model: QuantizedModel,
  folder: string,
): Promise<QuantReport["files"]> {
  const { staging, ports, settings, prepared } = work;
  const name = `${folder}${ports.files.stem(settings.model)}_quantize.onnx`;
  const [float, layers] = ["optimized_float", "output_all_layers_quantize"].map(
    (step) => `${folder}steps/${step}.onnx`,
  );
  await staging.write(name, model.bytes);
  await staging.write(float!, writeModel(prepared.targetModel));
  await staging.write(layers!, model.allOutputs());
  return [
    [name, "the quantized model"],
    [float!, "the float model it was made from"],
    [layers!, "the quantized model with every layer's output"],
    ...(settings.dump
      ? ([
          ["dump/", "every layer's output, float and quantized"],
          ["dump.json", "the layers of dump/ and their scales"],
        ] as const)
      : []),
  ];
}
