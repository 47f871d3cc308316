import type { LayerError } from "../../../core-ts/report/layer-error.ts";

/** Below these a layer is marked: cosine and dB at which 8-bit results visibly suffer. */
export const POOR = { cosine: 0.99, sqnrDb: 15 } as const;

export function isPoor({ cosine, sqnrDb }: Pick<LayerError, "cosine" | "sqnrDb">): boolean {
  return cosine < POOR.cosine || sqnrDb < POOR.sqnrDb;
}

/** Loss = |fixed - float| / |float| · 100 in percent (spec/facts.md); undefined when the float result is 0, or where nothing was measured. */
export function quantizationLoss(float: number | undefined, fixed: number | undefined): number | undefined {
  if (float === undefined || fixed === undefined) return undefined;
  if (float === fixed) return 0;
  return float === 0 ? undefined : (100 * Math.abs(fixed - float)) / Math.abs(float);
}

/** Up to six significant digits, no trailing zeros; "not measured" for what was not. */
export function numberText(value: number | undefined): string {
  if (value === undefined) return "not measured";
  return String(Number(value.toPrecision(6)));
}

/** Worst first: by cosine, ties by SQNR. */
export function worstLayers(layers: readonly LayerError[], count = layers.length): LayerError[] {
  return [...layers].sort((a, b) => a.cosine - b.cosine || a.sqnrDb - b.sqnrDb).slice(0, count);
}
