import type { Ranges } from "../../../core-ts/calibrate/ranges.ts";
import { FloatAnswers } from "../../../core-ts/evaluate/output-error.ts";
import { forAllVariants, type Variant, variantsOf } from "../../../core-ts/mixed/index.ts";
import {
  type PipelineHost,
  type Prepared,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../../../core-ts/pipeline.ts";
import { SILENT, startProgress } from "../cli/progress.ts";
import type { ForwardTarget } from "../infer/forward.ts";
import { COMPARED_BATCHES } from "../infer/reference.ts";
import { type InferRun, runInferFunction } from "../infer/run-function.ts";
import type { CommandRun } from "../quant/session.ts";
import { failureOf } from "../quant/strategies.ts";

/** What one quantized model gave. */
export interface Measured {
  /** Of all outputs, over the first batches, in dB. */
  readonly sqnrDb: number;
  /** What the infer function returned. */
  readonly result: number;
}

/** A model that could not be made or run, and why. */
export interface Failed {
  readonly failure: string;
}

export interface LayerSensitivity extends Pick<Variant, "node" | "op"> {
  readonly only: Measured | Failed;
  readonly without: Measured | Failed;
}

export interface SensitivityFindings {
  /** The infer function's result for the float model. */
  readonly float: number;
  readonly samples: number;
  /** All layers quantized. */
  readonly all: Measured | Failed;
  readonly layers: readonly LayerSensitivity[];
}

interface Bench extends CommandRun {
  readonly host: PipelineHost;
  readonly infer: InferRun;
}

function feed(
  { infer }: Bench,
  { inputs, outputs, outputNameToNodeName }: Prepared,
  target: Pick<ForwardTarget, "forward" | "quantized">,
  progress: Parameters<typeof runInferFunction>[3],
): Promise<number> {
  return runInferFunction(infer, { inputs, outputs, ...target }, outputNameToNodeName, progress);
}

/** The float model over all data: its result, its first answers, and the statistics for every variant. */
async function floatPass(bench: Bench, prepared: Prepared) {
  const calibration = await startCalibration(prepared, bench.host);
  const progress = startProgress(bench.ports, "Calibration", bench.infer.iteration);
  const answers = new FloatAnswers(COMPARED_BATCHES);
  try {
    const forward: ForwardTarget["forward"] = async (feeds) => {
      const outputs = await calibration.forward(feeds);
      answers.add(outputs);
      return outputs;
    };
    const float = await feed(bench, prepared, { forward }, progress);
    const { stats, samples } = calibration.ranges();
    return { float, answers, ranges: { stats: new Map(stats), samples } };
  } finally {
    progress.stop();
    await calibration.stop();
  }
}

async function evaluate(bench: Bench, prepared: Prepared, ranges: Ranges, answers: FloatAnswers) {
  const { host } = bench;
  const model = quantizeModel(prepared, ranges, host);
  const evaluation = await startEvaluation(prepared, model, host, { comparedRuns: 0 });
  const error = answers.compare();
  try {
    const forward: ForwardTarget["forward"] = async (feeds) => {
      const outputs = await evaluation.forward(feeds);
      error.add(outputs);
      return outputs;
    };
    const result = await feed(bench, prepared, { forward, quantized: true }, SILENT);
    return { sqnrDb: error.sqnrDb(host.kernels), result };
  } finally {
    await evaluation.stop();
  }
}

/** A layer that can't be quantized alone is a row of the table. */
async function attempt(measure: () => Promise<Measured>): Promise<Measured | Failed> {
  try {
    return await measure();
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

/** Quantizes every layer alone, and all but it, from one calibration over the data. */
export async function measureSensitivity(bench: Bench, prepared: Prepared): Promise<SensitivityFindings> {
  const variants = variantsOf(prepared);
  const { float, answers, ranges } = await floatPass(bench, forAllVariants(prepared, variants));
  const measured = (one: Prepared) => attempt(() => evaluate(bench, one, ranges, answers));
  const progress = startProgress(bench.ports, "Sensitivity", 2 * variants.length + 1, ["model", "models"]);
  try {
    const step = async (one: Prepared) => {
      const found = await measured(one);
      progress.step();
      return found;
    };
    const all = await step(prepared);
    const layers: LayerSensitivity[] = [];
    for (const { node, op, only, without } of variants)
      layers.push({ node, op, only: await step(only), without: await step(without) });
    return { float, samples: ranges.samples, all, layers };
  } finally {
    progress.stop();
  }
}
