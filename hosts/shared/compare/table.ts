import Table from "cli-table3";
import { isPoor } from "../quant/figures.ts";
import type { Paint } from "../quant/report-text.ts";
import type { ComparedLayer } from "./compare-layer.ts";
import type { ElementRow } from "./elements.ts";
import type { Measure, Measures } from "./measures.ts";

/** Five digits, short enough for a column. */
export function figure(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-4 || size >= 1e6)
    ? value.toExponential(3)
    : String(Number(value.toPrecision(5)));
}

const percent = (share: number) => (Number.isNaN(share) ? "NaN" : `${(100 * share).toFixed(1)} %`);

const HEADS: Readonly<Record<Measure, readonly string[]>> = {
  mre: ["mre"],
  cos: ["cos"],
  rmse: ["rmse"],
  maxdiff: ["max relative", "max absolute"],
  bias: ["r > l", "r < l"],
};

function cellsOf(measures: Measures | undefined, measure: Measure): string[] {
  if (!measures) return HEADS[measure].map(() => "empty");
  switch (measure) {
    case "cos":
      return [Number.isNaN(measures.cos) ? "NaN" : measures.cos.toFixed(6)];
    case "bias":
      return measures.bias.map(percent);
    case "maxdiff":
      return measures.maxdiff.map(figure);
    case "mre":
    case "rmse":
      return [figure(measures[measure])];
  }
}

/** As the table after a quantization marks them: `cos` is half of 1 + the cosine, `rmse` the inverse of the SQNR. */
function isBad(measures: Measures | undefined): boolean {
  if (!measures) return false;
  return (
    !(measures.cos >= 0) || isPoor({ cosine: 2 * measures.cos - 1, sqnrDb: -20 * Math.log10(measures.rmse) })
  );
}

/** Borders without colour codes: the table is to be read in logs as well. */
const STYLE = { head: [], border: [], compact: true };

export function layerTable(
  layers: readonly ComparedLayer[],
  measures: readonly Measure[],
  paint: Pick<Paint, "yellow">,
): string {
  const heads = measures.flatMap((measure) => HEADS[measure]);
  const table = new Table({
    head: ["Index", "Layer", "Op", ...heads],
    colAligns: ["right", "left", "left", ...heads.map(() => "right" as const)],
    style: STYLE,
  });
  for (const { index, layer, op, measures: found } of layers) {
    const cells = [String(index), layer, op, ...measures.flatMap((measure) => cellsOf(found, measure))];
    table.push(isBad(found) ? cells.map((cell) => paint.yellow(cell)) : cells);
  }
  return table.toString();
}

/** Elements of one layer. */
export function elementTable(rows: readonly ElementRow[], showIndex: boolean): string {
  const table = new Table({
    head: [...(showIndex ? ["Batch", "Index"] : []), "Left", "Right", "Error %"],
    colAligns: [...(showIndex ? (["right", "left"] as const) : []), "right", "right", "right"],
    style: STYLE,
  });
  for (const { batch, index, left, right, relative } of rows)
    table.push([
      ...(showIndex ? [String(batch), `[${index.join(", ")}]`] : []),
      ...[left, right, relative].map(figure),
    ]);
  return table.toString();
}
