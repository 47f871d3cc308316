import type { LayersAlone } from "../evaluate/own-errors.ts";
import type { Kernels } from "../kernels/kernels.ts";
import { shareBeyond } from "../observers/distortion.ts";
import type { TensorStats } from "../observers/histogram.ts";
import type { IntValue } from "../ops/record.ts";
import type { Prepared, QuantizedModel } from "../pipeline.ts";
import { ownPlan, scaleOwner } from "../plan/plan.ts";
import type { QuantizedGraph } from "../quantize/quantized.ts";
import { layerHistogram } from "./histogram.ts";
import type { ErrorSums, LayerError } from "./layer-error.ts";
import type { LayerHistogram, ReportLayer } from "./report.ts";
import { weightReport } from "./weights.ts";

/** What a run found, of which a report is made. */
export interface Findings {
  readonly prepared: Prepared;
  /** Of the calibration; empty where scales were given. */
  readonly stats: ReadonlyMap<string, TensorStats>;
  readonly model: QuantizedModel;
  /** What the comparison measured; empty where nothing was run. */
  readonly errors: readonly LayerError[];
  readonly alone: LayersAlone;
  readonly kernels: Kernels;
}

type Unranked = Omit<ReportLayer, "index" | "rank">;

const finite = (x: number): number | null => (Number.isFinite(x) ? x : null);

/** Histogram and clipped share of a value that owns its scale. */
function distribution(value: string, form: IntValue, { prepared, stats, alone, model, kernels }: Findings) {
  const { plan } = model.quantized;
  const calibrated = stats.get(value);
  const found = calibrated ?? alone.stats.get(value);
  if (!found || found.count === 0 || scaleOwner(plan, value) !== value)
    return { clipped: null, histogram: null };
  const { qmin, qmax, signed } = form.type;
  const source: LayerHistogram["source"] = calibrated ? "calibration" : "comparison";
  const { limit } = ownPlan(plan, value)!;
  const subject = { value, stats: found, source, signed, limit, threshold: form.scale * qmax };
  return {
    clipped: shareBeyond(found, { scale: form.scale, qmin, qmax }),
    histogram: layerHistogram(subject, { percent: prepared.options.percent, kernels }),
  };
}

function common(value: string, form: IntValue, findings: Findings) {
  const { plan } = findings.model.quantized;
  const owner = scaleOwner(plan, value)!;
  return {
    value,
    bits: form.type.bits,
    signed: form.type.signed,
    scale: form.scale,
    observer: ownPlan(plan, value)!.observer,
    ...(owner === value ? {} : { sharesWith: owner }),
    ...distribution(value, form, findings),
  };
}

const total = (sums: Pick<LayerError, "cosine" | "maxAbs">, sqnrDb: number): ReportLayer["total"] => ({
  cosine: sums.cosine,
  sqnrDb: finite(sqnrDb),
  maxAbs: sums.maxAbs,
});

/** Inputs that the quantized model rounds: what that does is all that is wrong with them. */
function inputLayers(findings: Findings): Unranked[] {
  const { prepared, model, alone, kernels } = findings;
  return prepared.targetModel.graph.inputs.flatMap(({ name }): Unranked[] => {
    const form = model.quantized.meaning.values.get(name);
    const sums: ErrorSums | undefined = alone.sums.get(name);
    if (!form || !sums) return [];
    const sqnrDb = sums.sqnrDb(kernels);
    return [
      {
        node: name,
        op: "Input",
        ...common(name, form, findings),
        total: total({ cosine: sums.cosine, maxAbs: sums.largest }, sqnrDb),
        own: { sqnrDb: finite(sqnrDb) },
        weights: null,
      },
    ];
  });
}

function nodeLayers(findings: Findings): Unranked[] {
  const { prepared, model, errors, alone, kernels } = findings;
  const { graph, layers, meaning }: QuantizedGraph = model.quantized;
  const shown = new Map(layers.map((layer) => [layer.value, layer]));
  return errors.map((error): Unranked => {
    const layer = shown.get(error.value)!;
    const own = alone.sums.get(error.value);
    return {
      node: error.node,
      op: error.op,
      ...common(error.value, meaning.values.get(error.value) ?? layer.integers, findings),
      total: total(error, error.sqnrDb),
      own: own ? { sqnrDb: finite(own.sqnrDb(kernels)) } : null,
      weights: weightReport(layer, prepared.targetModel.graph, { integers: graph, meaning }, kernels),
    };
  });
}

/** SQNR in dB of what the layer adds itself, or of all its error where that is unknown. */
function damage({ own, total }: Unranked): number {
  return (own ?? total).sqnrDb ?? Number.POSITIVE_INFINITY;
}

/**
 * Model inputs and layers with everything there is to know about each. Ranked by damage: the power of the noise that a layer adds itself against that
 * of its signal, not by what has piled up, which points at the end of every model; of equals the one with the larger total error first.
 */
export function reportLayers(findings: Findings): ReportLayer[] {
  const layers = [...inputLayers(findings), ...nodeLayers(findings)];
  const all = ({ total }: Unranked): number => total.sqnrDb ?? Number.POSITIVE_INFINITY;
  const difference = (a: number, b: number): number => (a === b ? 0 : a - b);
  const order = layers.toSorted((a, b) => difference(damage(a), damage(b)) || difference(all(a), all(b)));
  const rank = new Map(order.map((layer, i) => [layer, i]));
  return layers.map((layer, index) => ({ index, rank: rank.get(layer)!, ...layer }));
}
