import { scaleLinear, scaleLog } from "d3-scale";
import { useState } from "preact/hooks";
import type { LayerHistogram, ReportLayer } from "../../../core-ts/report/report.ts";
import { type Area, type Axis, Plot, Upright } from "../charts/plot.tsx";
import { type Choice, runChoice } from "../choices.ts";
import { percentText, realText } from "../figures.ts";
import { type Translate, useTranslate } from "../language.ts";
import { binEdges, type Edges, shareBeyond } from "./bins.ts";

/** Rectangles of the bins that `wanted` picks, as one path. */
function bars(histogram: LayerHistogram, x: Axis, y: Axis, wanted: (edges: Edges) => boolean): string {
  const bottom = y.range()[0]!;
  return histogram.counts
    .map((count, bin) => {
      const edges = binEdges(histogram, bin);
      if (count === 0 || !wanted(edges)) return "";
      const [left, right] = [x(edges.from), x(edges.to)];
      return `M${left.toFixed(1)} ${bottom}V${y(count).toFixed(1)}H${Math.max(right, left + 0.8).toFixed(1)}V${bottom}`;
    })
    .join("");
}

interface MarksProps {
  readonly layer: ReportLayer;
  readonly histogram: LayerHistogram;
  readonly choice: Choice;
  readonly x: Axis;
  readonly y: Axis;
  readonly area: Area;
}

function Marks({ layer, histogram, choice, x, y, area }: MarksProps) {
  const { threshold } = choice;
  const middle = ({ from, to }: Edges) => (from + to) / 2;
  const isInside = (edges: Edges) =>
    middle(edges) <= threshold && middle(edges) >= (layer.signed ? -threshold : 0);
  const lines = (value: number, kind: string) =>
    (layer.signed ? [value, -value] : [value])
      .filter((at) => x(at) >= area.xRange[0] && x(at) <= area.xRange[1])
      .map((at) => <Upright key={`${kind} ${at}`} at={x(at)} kind={`threshold ${kind}`} area={area} />);
  const others = Object.values(histogram.thresholds[`${choice.bits}`]);
  return (
    <>
      <path class="bars inside" d={bars(histogram, x, y, isInside)} />
      <path class="bars beyond" d={bars(histogram, x, y, (edges) => !isInside(edges))} />
      {others.map((value) => lines(value, "other"))}
      {lines(runChoice(layer).threshold, "run")}
      {lines(threshold, "chosen")}
    </>
  );
}

interface HistogramProps {
  readonly layer: ReportLayer;
  readonly histogram: LayerHistogram;
  readonly choice: Choice;
  readonly onThreshold: (threshold: number) => void;
}

function Legend({ histogram, clipped }: { readonly histogram: LayerHistogram; readonly clipped: string }) {
  const t = useTranslate();
  const { counts, zeros, source } = histogram;
  const all = counts.reduce((sum, count) => sum + count, 0);
  return (
    <>
      <ul class="legend">
        <li class="key-inside">{t("insideGrid")}</li>
        <li class="key-beyond">
          {t("beyondGrid")}: {clipped}
        </li>
        {zeros > 0 && all > 0 && <li>{t("zerosShare", { share: percentText(zeros / all) })}</li>}
      </ul>
      <p class="hint">{t(source === "calibration" ? "fromCalibration" : "fromComparison")}</p>
    </>
  );
}

function axesOf({ low, high, counts }: LayerHistogram, isLog: boolean, { xRange, yRange }: Area) {
  const most = Math.max(...counts, 1);
  return {
    x: scaleLinear([low, high], xRange),
    y: isLog ? scaleLog([0.5, most * 1.3], yRange) : scaleLinear([0, most * 1.05], yRange),
  };
}

/** The bin under the pointer. */
function tipOf(histogram: LayerHistogram, value: number, t: Translate): readonly string[] | undefined {
  const { low, high, counts } = histogram;
  const bin = Math.floor(((value - low) / (high - low)) * counts.length);
  const count = counts[bin];
  if (count === undefined) return undefined;
  const { from, to } = binEdges(histogram, bin);
  const range = t("binTip", { low: realText(from), high: realText(to) });
  return [range, t("countTip", { count: count.toLocaleString("en") })];
}

/** The float values of a layer's output, and what the grid holds of them. */
export function Histogram({ layer, histogram, choice, onThreshold }: HistogramProps) {
  const t = useTranslate();
  const [isLog, setIsLog] = useState(true);
  const clipped = percentText(shareBeyond(histogram, choice.threshold, layer.signed));
  const names = { value: layer.value, low: realText(histogram.min), high: realText(histogram.max) };
  const tip = (pixel: number, x: Axis) => {
    const lines = tipOf(histogram, x.invert(pixel), t);
    return lines && { x: pixel, lines };
  };
  return (
    <figure>
      <figcaption>
        <h3>{t("histogram")}</h3>
        <label class="hint">
          <input type="checkbox" checked={isLog} onChange={() => setIsLog(!isLog)} /> {t("logAxis")}
        </label>
      </figcaption>
      <Plot
        label={t("histogramLabel", { ...names, threshold: realText(choice.threshold), clipped })}
        height={210}
        xTitle={t("valueAxis")}
        yTitle={t("countAxis")}
        axes={(area) => axesOf(histogram, isLog, area)}
        tip={tip}
        onDrag={(pixel, x) => onThreshold(Math.abs(x.invert(pixel)))}
      >
        {(both, area) => <Marks layer={layer} histogram={histogram} choice={choice} {...both} area={area} />}
      </Plot>
      <Legend histogram={histogram} clipped={clipped} />
    </figure>
  );
}
