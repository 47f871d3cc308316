import type { InferRun } from "../infer/run-function.ts";
import { quantizationLoss } from "./figures.ts";
import { calibrationText, wideningNotes } from "./known-scales.ts";
import type { QuantReport } from "./report-quant.ts";
import type { Outcome } from "./strategies.ts";
import { batchNotes, COMPARED_RUNS, type Work } from "./work.ts";

/** What was measured besides the results, of both models. */
function measured({ products }: InferRun, float?: number, fixed?: number): QuantReport["figures"] {
  const ofFixed = products?.figures(true, fixed) ?? [];
  return (products?.figures(false, float) ?? []).map(({ name, value }) => ({
    name,
    float: value,
    fixed: ofFixed.find((one) => one.name === name)?.value,
  }));
}

/** What a quantization found, but for the files. */
export type Summary = Omit<QuantReport, "files">;

/** @param outcome of one strategy, or of the best. */
export function summaryOf(work: Work, { float, calibrated, best }: Outcome): Summary {
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
  };
}
