import { initialMix } from "../../../core-ts/mixed/index.ts";
import { tiedGroups } from "../../../core-ts/mixed/strategies.ts";
import { withMode } from "../../../core-ts/pipeline.ts";
import { openValues } from "../../../core-ts/quantize/scale-table.ts";
import { chooseScales } from "../../../core-ts/quantize/thresholds.ts";
import { type Circumstances, remedies } from "../../../core-ts/report/advice.ts";
import { Decibels } from "../../../core-ts/report/curve.ts";
import { reportGraph } from "../../../core-ts/report/graph.ts";
import { reportLayers } from "../../../core-ts/report/layers.ts";
import type { Report, ReportLayer, Rerun, Verdict } from "../../../core-ts/report/report.ts";
import { measureOf } from "../infer/reference.ts";
import type { Success } from "../quant/strategies.ts";
import type { Summary } from "../quant/summary.ts";
import type { Calibrated } from "../quant/work.ts";
import { commandText } from "./command-line.ts";
import { adviceOf, type CommandContext, REPLACED } from "./remedy-commands.ts";

/** What a report says besides what the models did. */
export interface ReportFacts {
  readonly summary: Summary;
  readonly floatBytes: number;
  /** Folder of the run's files below save-dir: "" or "name/". */
  readonly folder: string;
  readonly calibrated: Partial<Pick<Calibrated, "batches">>;
}

/** Scales that a file may set, by value, as the model has them; of values that became float in the end, as calibration chose. */
function scalesOf({ work, model, snapshot }: Success): Rerun["scales"] {
  const { prepared, host } = work;
  const options = { percent: prepared.options.percent, kernels: host.kernels };
  const held = model.quantized.meaning.values;
  // With -lsj the plan holds all scales: that which was made without them tells which are the file's.
  const names = openValues(withMode(prepared, prepared.options.mode).plan).map(([name]) => name);
  const isWhole = names.every((name) => held.has(name));
  const chosen = isWhole ? undefined : chooseScales(prepared.plan, snapshot.ranges, options);
  return Object.fromEntries(
    names.map((name) => {
      const own = prepared.plan.values.get(name);
      const form = held.get(name);
      const bits = form?.type.bits ?? (own?.kind === "own" ? own.bits : 8);
      const scale = form?.scale ?? chosen!.get(name)!.scale;
      const threshold = form ? form.scale * form.type.qmax : chosen!.get(name)!.threshold;
      return [name, { scale, bits, threshold }];
    }),
  );
}

/** What of the command belongs to this strategy alone. */
function ownOptions({ strategy, work }: Success): CommandContext["own"] {
  const { modes, iterations } = work.settings;
  if (modes.length * iterations.length === 1) return {};
  return { "quant-mode": [strategy.mode], iteration: [String(strategy.iteration)] };
}

function rerunOf(success: Success, scales: Rerun["scales"]): Rerun {
  const { work, model } = success;
  const { plan } = model.quantized;
  const { settings } = work;
  const mix = plan.chip.mixedPrecision
    ? Object.fromEntries(
        [...initialMix(plan)].map(([node, { bits, mode }]) => [node, { bitwidth: bits, mode }]),
      )
    : null;
  return {
    // Beside the results of this run, not over them.
    command: commandText(settings.quant.chip, settings.words, {
      set: { ...ownOptions(success), "save-dir": [work.ports.files.join(settings.saveDir, "try")] },
      drop: REPLACED,
    }),
    mix,
    together: tiedGroups(plan).filter((group) => group.length > 1),
    scales,
  };
}

function outputsOf({ work }: Success, layers: readonly ReportLayer[]): Verdict["outputs"] {
  const byValue = new Map(layers.map((layer) => [layer.value, layer.total]));
  return work.prepared.targetModel.graph.outputs.flatMap(({ name }) => {
    const total = byValue.get(name);
    return total ? [{ name, cosine: total.cosine, sqnrDb: total.sqnrDb }] : [];
  });
}

async function verdictOf(
  success: Success,
  layers: readonly ReportLayer[],
  facts: ReportFacts,
): Promise<Verdict> {
  const { work, model, strategy } = success;
  const { settings, ports } = work;
  const { summary, floatBytes } = facts;
  return {
    chip: summary.chip,
    bits: settings.mixConfig === undefined ? summary.bits : "mixed",
    observer: strategy.mode,
    calibration: summary.calibration,
    float: summary.float ?? null,
    fixed: summary.fixed ?? null,
    loss: summary.loss ?? null,
    measure: measureOf(settings) ?? null,
    figures: summary.figures.map(({ name, float, fixed }) => ({
      name,
      float: float ?? null,
      fixed: fixed ?? null,
    })),
    outputs: outputsOf(success, layers),
    floatBytes,
    fixedBytes: model.bytes.length,
    integerNodes: summary.integerNodes,
    floatNodes: summary.floatLayers.length,
    milliseconds: Math.round(ports.now() - work.since),
    peakBytes: (await ports.peakMemory?.()) ?? null,
  };
}

function circumstancesOf(
  { work, model, alone, snapshot }: Success,
  scales: Rerun["scales"],
  { calibrated }: ReportFacts,
): Circumstances {
  const { settings, host } = work;
  const { plan } = model.quantized;
  return {
    plan,
    reach: alone.reach,
    samples: snapshot.samples,
    hasMoreData: snapshot.samples > 0 && (calibrated.batches ?? 0) >= settings.iteration,
    givenBy: settings.loadScales === undefined ? undefined : `-lsj (${settings.loadScales})`,
    open: new Set(Object.keys(scales)),
    takesMix: plan.chip.mixedPrecision && settings.loadScales === undefined,
    takesScales: settings.mixConfig === undefined,
    decibels: new Decibels(host.kernels),
  };
}

/** Everything a run found, as `{name}_report.json` holds it. */
export async function makeReport(success: Success, facts: ReportFacts): Promise<Report> {
  const { work, model, snapshot, layers: errors, alone } = success;
  const { prepared, host, settings, ports } = work;
  const { stats } = snapshot.ranges;
  const layers = reportLayers({ prepared, stats, model, errors, alone, kernels: host.kernels });
  const scales = scalesOf(success);
  const context = { settings, files: ports.files, own: ownOptions(success), scales, folder: facts.folder };
  const found = remedies(layers, circumstancesOf(success, scales, facts));
  return {
    version: 1,
    model: settings.model,
    tool: `Knight ${ports.version}`,
    verdict: await verdictOf(success, layers, facts),
    layers,
    floatLayers: model.floatLayers,
    graph: reportGraph(prepared.targetModel.graph, model.quantized.plan.nodes),
    advice: found.map((remedy, i) => adviceOf(remedy, i + 1, context)),
    rerun: rerunOf(success, scales),
    warnings: facts.summary.warnings,
  };
}
