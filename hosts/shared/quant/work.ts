import type { Feeds } from "../../../core-ts/backend.ts";
import { tappedValues } from "../../../core-ts/calibrate/calibrate.ts";
import { RangeWatch, SETTLED } from "../../../core-ts/calibrate/convergence.ts";
import type { Ranges } from "../../../core-ts/calibrate/ranges.ts";
import type { LayersAlone } from "../../../core-ts/evaluate/own-errors.ts";
import {
  type PipelineHost,
  type Prepared,
  type QuantizedModel,
  startCalibration,
  startEvaluation,
} from "../../../core-ts/pipeline.ts";
import type { LayerError } from "../../../core-ts/report/layer-error.ts";
import { type Progress, SILENT, startProgress } from "../cli/progress.ts";
import type { ForwardTarget } from "../infer/forward.ts";
import { type InferRun, runInferFunction } from "../infer/run-function.ts";
import type { Staging } from "../ports.ts";
import { Dump } from "./dump.ts";
import { floatPassLabel } from "./known-scales.ts";
import type { CommandRun } from "./session.ts";

/** Runs of the quantized model whose layers are compared one by one; -du compares all. */
export const COMPARED_RUNS = 8;
/** Runs in which every layer is also looked at by itself: two of a network on pictures give its noise to half a dB. */
const OWN_RUNS = 2;

/** Everything the passes over the data need. */
export interface Work extends CommandRun {
  readonly host: PipelineHost;
  readonly infer: InferRun;
  readonly prepared: Prepared;
  readonly staging: Staging;
  /** When the run began, by the ports' clock. */
  readonly since: number;
  /** Sees what is fed to a model. */
  readonly onFeeds?: (feeds: Feeds) => void;
  /** Batch after which the float model's early-stop flag rose: the quantized one's does the same. 0 or absent: it never did. */
  readonly stoppedAfter?: number;
}

/** Runs the infer function over a model, with progress. */
async function pass(
  work: Work,
  progress: Progress,
  target: Pick<ForwardTarget, "forward" | "enough" | "quantized">,
) {
  const { inputs, outputs, outputNameToNodeName } = work.prepared;
  const forward: ForwardTarget["forward"] = (feeds) => {
    work.onFeeds?.(feeds);
    return target.forward(feeds);
  };
  try {
    return await runInferFunction(
      work.infer,
      { ...target, inputs, outputs, forward },
      outputNameToNodeName,
      progress,
    );
  } finally {
    progress.stop();
  }
}

/** What calibration knew after some batches. */
export interface Snapshot {
  readonly ranges: Ranges;
  readonly samples: number;
}

/** What a calibration gave, now or in the run that stored it. */
export interface Calibrated {
  /** The infer function's result for the float model. Asked for after the first evaluation. */
  float(): Promise<number>;
  /** What was known after so many batches, or at the end, where the data were fewer. */
  after(batches: number): Snapshot;
  /** Batches that were run. */
  readonly batches: number;
  /** What evaluations have to know. */
  readonly evaluation: Pick<Work, "onFeeds" | "stoppedAfter">;
  /** Where the statistics come from, when not from this run. */
  readonly source?: string;
  readonly notes: () => readonly string[];
}

/** The flag rises only where one number of batches is asked for (several are all wanted), and where calibration has scales to find. */
function watchOf({ prepared, settings, host }: Work): RangeWatch | undefined {
  if (settings.iterations.length > 1 || tappedValues(prepared.plan).length === 0) return undefined;
  return new RangeWatch(prepared.plan, { percent: prepared.options.percent, kernels: host.kernels });
}

function tellOfEarlyStop({ ports, infer }: Work, batches: number, settledAfter: number): void {
  if (settledAfter === 0 || batches >= infer.iteration) return;
  ports.terminal.err(
    `Calibration stopped after ${batches} of ${infer.iteration} batches: over the last two doublings of the data the scales moved by less than ${100 * SETTLED} % on average\n`,
  );
}

/** One pass over the data: the float result, and what was known after each wanted number of batches. */
export async function calibrateModel(work: Work, wanted: readonly number[]): Promise<Calibrated> {
  const calibration = await startCalibration(work.prepared, work.host);
  const watch = watchOf(work);
  const taken = new Map<number, Snapshot>();
  const take = (): Snapshot => {
    const { stats, samples } = calibration.ranges();
    return { ranges: { stats: new Map(stats), samples }, samples };
  };
  let batches = 0;
  try {
    const progress = startProgress(
      work.ports,
      floatPassLabel(work.prepared, work.settings.loadScales),
      work.infer.iteration,
    );
    const float = await pass(work, progress, {
      async forward(feeds) {
        const results = await calibration.forward(feeds);
        if (wanted.includes(++batches)) taken.set(batches, take());
        watch?.look(batches, calibration.ranges());
        return results;
      },
      enough: () => (watch?.settledAfter ?? 0) > 0,
    });
    const stoppedAfter = watch?.settledAfter ?? 0;
    tellOfEarlyStop(work, batches, stoppedAfter);
    const last = take();
    return {
      float: async () => float,
      after: (count) => taken.get(count) ?? last,
      batches,
      evaluation: { stoppedAfter },
      notes: () => [],
    };
  } finally {
    await calibration.stop();
  }
}

/** The infer function over the float model, without statistics. */
export async function runFloat(work: Work): Promise<number> {
  const { prepared, ports, host, infer } = work;
  const untapped = { ...prepared.plan, values: new Map(), unified: new Map() };
  const model = await startCalibration({ ...prepared, plan: untapped }, host);
  try {
    return await pass(work, startProgress(ports, "Float model", infer.iteration), model);
  } finally {
    await model.stop();
  }
}

/** The quantized model's result on the data, and how far each layer is off. */
export async function evaluateModel(
  work: Work,
  model: QuantizedModel,
  shows: "progress" | "nothing",
): Promise<{ fixed: number; layers: LayerError[]; alone: LayersAlone }> {
  const models = { float: work.prepared.targetModel.graph, quantized: model.quantized };
  const dump = work.settings.dump ? new Dump(work.staging, work.ports.files, models) : undefined;
  const options = {
    ownRuns: OWN_RUNS,
    ...(dump ? { onLayer: dump.listener } : { comparedRuns: COMPARED_RUNS }),
  };
  const evaluation = await startEvaluation(work.prepared, model, work.host, options);
  try {
    const progress =
      shows === "progress" ? startProgress(work.ports, "Evaluation", work.infer.iteration) : SILENT;
    let batches = 0;
    const fixed = await pass(work, progress, {
      async forward(feeds) {
        const results = await evaluation.forward(feeds);
        batches++;
        return results;
      },
      enough: () => (work.stoppedAfter ?? 0) > 0 && batches >= work.stoppedAfter!,
      quantized: true,
    });
    await dump?.finish();
    return { fixed, layers: evaluation.layers(), alone: evaluation.alone() };
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
