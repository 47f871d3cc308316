import { type Chart, printable } from "../plot/chart.ts";
import { type HistogramPanel, histogramGrid } from "../plot/histogram-grid.ts";
import { type LinePanel, linePanels } from "../plot/line-panels.ts";
import type { ComparedLayer } from "./compare-layer.ts";
import { type HistogramPair, outputHistograms, weightHistograms } from "./histogram.ts";
import type { Measure, Measures } from "./measures.ts";
import type { CompareResult } from "./result.ts";
import type { Side, Sides } from "./sides.ts";
import { figure } from "./table.ts";

type Value = (measures: Measures) => number;

/** The measures of a layer, or NaN, which leaves a gap. */
const curve = (name: string, layers: readonly ComparedLayer[], value: Value) => ({
  name,
  values: layers.map(({ measures }) => (measures ? value(measures) : Number.NaN)),
});

function panelsOf(measure: Measure, layers: readonly ComparedLayer[]): LinePanel[] {
  const single = (title: string, value: Value, worst: LinePanel["worst"] = "highest"): LinePanel => ({
    title,
    curves: [curve(title, layers, value)],
    worst,
  });
  switch (measure) {
    case "mre":
      return [single("mre: mean relative error", (m) => m.mre)];
    case "cos":
      return [single("cos: cosine similarity, 1 is the same direction", (m) => m.cos, "lowest")];
    case "rmse":
      return [single("rmse: root of the squared error, relative", (m) => m.rmse)];
    case "maxdiff":
      return [
        single("maxdiff m1: largest relative difference", (m) => m.maxdiff[0]),
        single("maxdiff m2: largest absolute difference, in units of the layer", (m) => m.maxdiff[1]),
      ];
    case "bias":
      return [
        {
          title: "bias: share of the elements that differ, %",
          curves: [
            curve("right larger", layers, (m) => 100 * m.bias[0]),
            curve("left larger", layers, (m) => 100 * m.bias[1]),
          ],
        },
      ];
  }
}

const shortSide = ({ dump, side }: Side): string =>
  `${side === "float" ? "float" : "quantized"} (${printable(dump.folder, 48)})`;

/** --show-plot: the measures over the layers, in topological order whatever the table is sorted by. */
export function measuresChart({ sides, layers, settings }: CompareResult): Chart {
  const ordered = [...layers].sort((a, b) => a.index - b.index);
  return linePanels({
    title: "How far each layer is off",
    subtitle: `left: ${shortSide(sides.left)}    right: ${shortSide(sides.right)}    ${ordered.length} layers, ${ordered[0]!.batches} batches`,
    labels: ordered.map(({ index, layer }) => `${layer}  ${index}`),
    marks: ordered.map(({ index }) => String(index)),
    xTitle: "layer, and its index in the dump",
    panels: settings.measures.flatMap((measure) => panelsOf(measure, ordered)),
  });
}

/** plot_out_name_idx.txt: what the chart's indices stand for, one a line. */
export function indexText(layers: readonly ComparedLayer[]): string {
  const ordered = [...layers].sort((a, b) => a.index - b.index);
  return ordered.map(({ index, layer }) => `${index} ${printable(layer)}\n`).join("");
}

function panels(what: string, sides: Sides, { left, right }: HistogramPair): HistogramPanel[] {
  const axis = `number of ${what === "output" ? "elements" : "weights"} (log scale) by real value, ${left.counts.length} bins`;
  const name = ({ side }: Side, of: string) =>
    sides.left.side === sides.right.side
      ? `${of}: ${what}`
      : `${side === "float" ? "Float" : "Quantized"} ${what}`;
  return [
    { title: name(sides.left, "Left"), axis, ...left },
    { title: name(sides.right, "Right"), axis, ...right },
  ];
}

function measuresText(measures: Measures | undefined): string {
  if (!measures) return "no elements";
  return `mre ${figure(measures.mre)}   cos ${figure(measures.cos)}   rmse ${figure(measures.rmse)}`;
}

/** -sh: output and weights, left and right; the weights' row is missing for a layer without. */
export async function histogramChart(sides: Sides, layer: ComparedLayer): Promise<Chart> {
  const outputs = await outputHistograms(sides, layer);
  const weights = await weightHistograms(sides, layer);
  const { left, right } = layer.pair;
  const integers =
    sides.left.side === "float"
      ? `${right.dtype}, scale ${figure(right.scale)}`
      : `left ${left.dtype}, scale ${figure(left.scale)}; right ${right.dtype}, scale ${figure(right.scale)}`;
  return histogramGrid({
    title: `${layer.index}  ${printable(layer.layer, 72)}  (${layer.op})`,
    subtitle: `${measuresText(layer.measures)}     ${integers}     ${layer.elements.toLocaleString("en")} elements, ${layer.batches} batches`,
    rows: [panels("output", sides, outputs), ...(weights ? [panels("weight", sides, weights)] : [])],
  });
}
