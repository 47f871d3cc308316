import { quantizeModel } from "../../../core-ts/pipeline.ts";
import { type LoadedModel, loadModel, writeConverted } from "../convert/load-model.ts";
import type { InferRun } from "../infer/run-function.ts";
import type { Staging } from "../ports.ts";
import { knownRanges, obtainRanges } from "./cached-calibration.ts";
import { quantizationLoss } from "./figures.ts";
import { withInferFunction } from "./infer-function.ts";
import { calibrationText, wideningNotes } from "./known-scales.ts";
import { type QuantReport, reportQuant } from "./report-quant.ts";
import { type CommandRun, openHost, openModel } from "./session.ts";
import { type Outcome, runStrategies, type Strategy, strategiesOf } from "./strategies.ts";
import { batchNotes, COMPARED_RUNS, evaluateModel, type Work, writeFiles } from "./work.ts";

/** The only strategy: what goes wrong is the run's own error. */
async function runOne(work: Work, strategy: Strategy): Promise<Outcome> {
  const calibrated = await obtainRanges(work);
  const snapshot = calibrated.after(strategy.iteration);
  const model = quantizeModel(work.prepared, snapshot.ranges, work.host);
  const evaluated = await evaluateModel({ ...work, ...calibrated.evaluation }, model, "progress");
  return {
    float: await calibrated.float(),
    calibrated,
    best: { strategy, work, model, snapshot, ...evaluated },
  };
}

/** Where no model can be run: scales that are known already, and nothing is measured. */
async function runUnmeasured(work: Work, strategy: Strategy): Promise<Outcome> {
  const known = await knownRanges(work);
  const snapshot = known.after(strategy.iteration);
  const model = quantizeModel(work.prepared, snapshot.ranges, work.host);
  return { calibrated: known, best: { strategy, work, model, snapshot, layers: [] } };
}

async function quantizeStaged(
  run: CommandRun,
  loaded: LoadedModel,
  infer: InferRun,
  staging: Staging,
): Promise<QuantReport> {
  const host = await openHost(run);
  const prepared = await openModel(run, loaded.bytes, host);
  const work: Work = { ...run, host, infer, prepared, staging };
  const strategies = strategiesOf(run);
  const several = strategies.length > 1;
  const single = host.backend.unavailable === undefined ? runOne : runUnmeasured;
  const outcome = several ? await runStrategies(work, strategies) : await single(work, strategies[0]!);
  const files = [
    ...(await writeFiles(outcome.best.work, outcome.best, "")),
    ...(await writeConverted(run, loaded, staging)),
  ];
  await staging.publish();
  await infer.products?.publish();
  return report(work, outcome, several ? [...files, OTHERS] : files);
}

/** What else is in save-dir when there were several strategies. */
const OTHERS = ["MODE_iN/", "the same of each strategy; the files above are the best one's"] as const;

/** What was measured besides the results, of both models. */
function measured({ products }: InferRun, float?: number, fixed?: number): QuantReport["figures"] {
  const ofFixed = products?.figures(true, fixed) ?? [];
  return (products?.figures(false, float) ?? []).map(({ name, value }) => ({
    name,
    float: value,
    fixed: ofFixed.find((one) => one.name === name)?.value,
  }));
}

function report(work: Work, { float, calibrated, best }: Outcome, files: QuantReport["files"]): QuantReport {
  const { settings, prepared, infer } = work;
  return {
    chip: settings.quant.chip,
    bits: settings.quant.bits,
    mode: best.strategy.mode,
    float,
    fixed: best.fixed,
    loss: quantizationLoss(float, best.fixed),
    figures: measured(infer, float, best.fixed),
    calibration: [calibrationText(prepared, best.snapshot.samples, settings.loadScales), calibrated.source]
      .filter((part) => part !== undefined)
      .join(", "),
    compared: settings.dump ? "all batches" : `the first ${COMPARED_RUNS} batches`,
    layers: best.layers,
    floatLayers: best.model.floatLayers,
    integerNodes: best.model.summary.integerNodes,
    warnings: [
      ...settings.notes,
      ...(infer.notes?.() ?? []),
      ...calibrated.notes(),
      ...batchNotes(work),
      ...wideningNotes(prepared),
      ...best.model.warnings,
    ],
    files,
  };
}

/**
 * -r quant: float model → calibration → quantized model → evaluation → files and report. Files appear in --save-dir only when all of
 * them are there; whatever goes wrong before leaves the folder as it was.
 */
export async function runQuant(run: CommandRun): Promise<QuantReport> {
  const { settings, ports } = run;
  const loaded = await loadModel(run);
  return withInferFunction(run, async (infer) => {
    const staging = await ports.files.stage(settings.saveDir);
    try {
      const found = await quantizeStaged(run, loaded, infer, staging);
      reportQuant(run, found);
      return found;
    } finally {
      await staging.discard();
    }
  });
}
