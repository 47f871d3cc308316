import Table from "cli-table3";
import type { Feeds } from "../../../core-ts/backend.ts";
import { copyOf, inChunks } from "../../../core-ts/calibrate/batches.ts";
import {
  hawqMix,
  highCount,
  type MixModes,
  type Sensitivity,
  sensitivities,
  sources,
} from "../../../core-ts/mixed/index.ts";
import { type PipelineHost, type Prepared, startCalibration } from "../../../core-ts/pipeline.ts";
import type { Mix } from "../../../core-ts/plan/options.ts";
import { startProgress } from "../cli/progress.ts";
import { type InferRun, runInferFunction } from "../infer/run-function.ts";
import { withInferFunction } from "./infer-function.ts";
import { paintFor } from "./report-text.ts";
import type { CommandRun } from "./session.ts";

/** Samples on which sensitivities are estimated: the first ones fed. On ResNet-32 the choice is the same from 16 to 128 of them. */
const SAMPLES = 16;
/** Rows of the printed table. */
const SHOWN = 15;

/** The samples of a batch one by one, as the calibration model takes them. */
async function samplesOf(feeds: Feeds, { dynamicBatch, calibrationModel }: Prepared): Promise<Feeds[]> {
  const found: Feeds[] = [];
  const keep = (one: Feeds) => found.push(new Map([...one].map(([name, t]) => [name, copyOf(t)])));
  if (dynamicBatch) {
    await inChunks(feeds, calibrationModel.graph, 1, async (chunk) => {
      keep(chunk);
      return new Map();
    });
  } else keep(feeds);
  return found;
}

/** Runs the infer function over the float model: the ranges, and the first samples. */
async function gather(run: CommandRun, infer: InferRun, prepared: Prepared, host: PipelineHost) {
  const calibration = await startCalibration(prepared, host);
  const progress = startProgress(run.ports, "Calibration", infer.iteration);
  const samples: Feeds[] = [];
  try {
    const forward = async (feeds: Feeds) => {
      if (samples.length < SAMPLES) samples.push(...(await samplesOf(feeds, prepared)));
      return calibration.forward(feeds);
    };
    const target = { inputs: prepared.inputs, outputs: prepared.outputs, forward };
    await runInferFunction(infer, target, prepared.outputNameToNodeName, progress);
    return { ranges: calibration.ranges(), samples: samples.slice(0, SAMPLES) };
  } finally {
    progress.stop();
    await calibration.stop();
  }
}

function report({ ports }: CommandRun, found: readonly Sensitivity[]): void {
  const paint = paintFor(ports.terminal);
  const table = new Table({
    head: ["Layer", "Op", "Sensitivity", "tr(H)/n", "Own squared error"],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "right", "right", "right"],
  });
  const worst = found.toSorted((a, b) => b.omega - a.omega).slice(0, SHOWN);
  for (const { node, op, value, omega, trace, error } of worst)
    table.push([
      node ?? value,
      node === undefined ? "input" : op,
      ...[omega, trace, error.output + error.weights].map((v) => v.toExponential(2)),
    ]);
  const heading = `The ${worst.length} most sensitive of ${found.length} layers and inputs (sensitivity: share of the outputs' energy lost when only this one has 8 bit):`;
  ports.terminal.out(`${paint.bold(heading)}\n${table.toString()}\n\n`);
}

/** -ams HAWQ: measures sensitivities on the data of the infer function, prints them, worst first, and chooses by them. `prepared` plans 8 bit. */
export async function hawqTemplate(
  run: CommandRun,
  prepared: Prepared,
  host: PipelineHost,
  choice: { readonly ratio: number; readonly modes: MixModes },
): Promise<Mix> {
  const data = await withInferFunction(run, (infer) => gather(run, infer, prepared, host));
  const { plan } = prepared;
  const progress = startProgress(
    run.ports,
    "Sensitivity",
    sources(plan, prepared.calibrationModel.graph).length,
    ["layer", "layers"],
  );
  try {
    const found = await sensitivities(prepared, data, host, () => progress.step());
    report(run, found);
    return hawqMix(plan, found, highCount(plan, choice.ratio), choice.modes);
  } finally {
    progress.stop();
  }
}
