import { NOTHING_ALONE } from "../../../core-ts/evaluate/own-errors.ts";
import { quantizeModel } from "../../../core-ts/pipeline.ts";
import type { Report } from "../../../core-ts/report/report.ts";
import { type LoadedModel, loadModel, writeConverted } from "../convert/load-model.ts";
import type { InferRun } from "../infer/run-function.ts";
import type { Staging } from "../ports.ts";
import { knownRanges, obtainRanges } from "./cached-calibration.ts";
import { withInferFunction } from "./infer-function.ts";
import { type QuantReport, reportQuant } from "./report-quant.ts";
import { type CommandRun, openHost, openModel } from "./session.ts";
import { type Outcome, runStrategies, type Strategy, strategiesOf } from "./strategies.ts";
import { summaryOf } from "./summary.ts";
import { evaluateModel, type Work } from "./work.ts";
import { writeResults } from "./write-results.ts";

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
  return { calibrated: known, best: { strategy, work, model, snapshot, layers: [], alone: NOTHING_ALONE } };
}

async function quantizeStaged(
  run: CommandRun & Pick<Work, "since">,
  loaded: LoadedModel,
  infer: InferRun,
  staging: Staging,
): Promise<{ report: Report; found: QuantReport }> {
  const host = await openHost(run);
  const prepared = await openModel(run, loaded.bytes, host);
  const work: Work = { ...run, host, infer, prepared, staging };
  const strategies = strategiesOf(run);
  const several = strategies.length > 1;
  const single = host.backend.unavailable === undefined ? runOne : runUnmeasured;
  const outcome = several ? await runStrategies(work, strategies) : await single(work, strategies[0]!);
  const summary = summaryOf(work, outcome);
  const { files, report } = await writeResults(outcome, summary, "");
  const converted = await writeConverted(run, loaded, staging);
  await staging.publish();
  await infer.products?.publish();
  return { report, found: { ...summary, files: [...files, ...converted, ...(several ? [OTHERS] : [])] } };
}

/** What else is in save-dir when there were several strategies. */
const OTHERS = ["MODE_iN/", "the same of each strategy; the files above are the best one's"] as const;

/**
 * -r quant: float model → calibration → quantized model → evaluation → files and report. Files appear in --save-dir only when all of
 * them are there; whatever goes wrong before leaves the folder as it was.
 */
export async function runQuant(run: CommandRun): Promise<QuantReport> {
  const { settings, ports } = run;
  const since = ports.now();
  const loaded = await loadModel(run);
  return withInferFunction(run, async (infer) => {
    const staging = await ports.files.stage(settings.saveDir);
    try {
      const { report, found } = await quantizeStaged({ ...run, since }, loaded, infer, staging);
      reportQuant(run, found, report);
      return found;
    } finally {
      await staging.discard();
    }
  });
}
