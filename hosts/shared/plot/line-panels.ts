import { type Chart, COLORS, FAINT, INK, printable, titleOf } from "./chart.ts";

/** One curve; what is no finite number leaves a gap. */
export interface Curve {
  readonly name: string;
  readonly values: readonly number[];
}

/** A pair of axes: curves that share a unit. */
export interface LinePanel {
  /** Name and unit. */
  readonly title: string;
  readonly curves: readonly Curve[];
  /** Which end is bad: those of the first curve are named. Absent: none are. */
  readonly worst?: "highest" | "lowest";
}

export interface LinePanels {
  readonly title: string;
  readonly subtitle: string;
  /** What stands at the x axis, an entry per value. */
  readonly labels: readonly string[];
  /** The same in few letters, for points that are marked. */
  readonly marks: readonly string[];
  readonly xTitle: string;
  readonly panels: readonly LinePanel[];
}

const PANEL = { height: 190, gap: 62, top: 104, left: 92, right: 48 };
/** For the names below the last panel, written upwards. */
const NAMES = 210;
const LONGEST_NAME = 28;
/** Points that are marked in each panel. */
const NAMED = 3;
const PER_LABEL = 15;
const WIDTH = { least: 960, most: 4000 };

function worstPoints({ curves, worst }: LinePanel): number[] {
  if (!worst) return [];
  const sign = worst === "highest" ? -1 : 1;
  const finite = [...curves[0]!.values.entries()].filter(([, value]) => Number.isFinite(value));
  return finite
    .sort(([, a], [, b]) => sign * (a - b))
    .slice(0, NAMED)
    .map(([i]) => i);
}

function widthOf({ labels }: LinePanels): number {
  const wanted = PANEL.left + PANEL.right + PER_LABEL * labels.length;
  return Math.min(WIDTH.most, Math.max(WIDTH.least, wanted));
}

/** Labels left out between two that are shown: so many that none covers another. */
function skipped(chart: LinePanels): number {
  const room = widthOf(chart) - PANEL.left - PANEL.right;
  return Math.ceil((PER_LABEL * chart.labels.length) / room) - 1;
}

function xAxis(i: number, chart: LinePanels, isLast: boolean): object {
  return {
    gridIndex: i,
    type: "category",
    data: chart.labels.map((label) => printable(label, LONGEST_NAME)),
    axisLine: { onZero: false, lineStyle: { color: FAINT } },
    axisTick: { show: isLast, alignWithLabel: true },
    axisLabel: { show: isLast, rotate: 90, fontSize: 10, color: INK, interval: skipped(chart) },
    ...(isLast
      ? { name: chart.xTitle, nameLocation: "middle", nameGap: NAMES - 26, nameTextStyle: { color: FAINT } }
      : {}),
    splitLine: { show: true, lineStyle: { color: "#f0f2f5" } },
  };
}

/** The worst point has its name, those after it their marks: names would cover each other. */
function markText({ labels, marks }: LinePanels, at: number, rank: number): string {
  return rank === 0 ? printable(labels[at]!, LONGEST_NAME) : marks[at]!;
}

function seriesOf(panel: LinePanel, i: number, chart: LinePanels): object[] {
  const { labels } = chart;
  const named = worstPoints(panel);
  const isDense = labels.length > 80;
  return panel.curves.map(({ name, values }, curve) => ({
    type: "line",
    name,
    xAxisIndex: i,
    yAxisIndex: i,
    symbol: "circle",
    symbolSize: isDense ? 3 : 5,
    lineStyle: { width: 1.6 },
    color: COLORS[(panel.curves.length > 1 ? curve : i) % COLORS.length],
    data: values.map((value, at) => ({
      value: Number.isFinite(value) ? value : null,
      ...(curve === 0 && named.includes(at)
        ? {
            symbolSize: 9,
            label: {
              show: true,
              position: panel.worst === "lowest" ? "bottom" : "top",
              formatter: markText(chart, at, named.indexOf(at)),
              fontSize: 10,
              color: INK,
            },
          }
        : {}),
    })),
    labelLayout: { hideOverlap: true },
  }));
}

/** Short numbers at the y axis. */
const tick = (value: number): string => String(Number(value.toPrecision(4)));

const STEP = PANEL.height + PANEL.gap;
const topOf = (panel: number): number => PANEL.top + STEP * panel;
/** Where a panel's title and legend stand, above it. */
const TITLE = 30;

function titles(chart: LinePanels): object[] {
  const ofPanels = chart.panels.map(({ title }, i) => ({
    text: title,
    left: PANEL.left - 6,
    top: topOf(i) - TITLE,
    textStyle: { fontSize: 13, color: INK },
  }));
  return [titleOf(chart.title, chart.subtitle), ...ofPanels];
}

function legends({ panels }: LinePanels): object[] {
  return panels.flatMap(({ curves }, i) =>
    curves.length > 1
      ? [{ data: curves.map(({ name }) => name), right: PANEL.right, top: topOf(i) - TITLE, itemGap: 24 }]
      : [],
  );
}

function yAxis({ worst }: LinePanel, i: number): object {
  return {
    gridIndex: i,
    type: "value",
    // Errors are seen in proportion; similarities would all be near 1.
    ...(worst === "highest" ? { min: 0 } : { scale: true }),
    boundaryGap: worst === "lowest" ? ["16%", 0] : [0, "16%"],
    axisLabel: { formatter: tick, color: INK, fontSize: 11 },
    splitLine: { lineStyle: { color: "#e4e7eb" } },
  };
}

/** Panels one below the other over the same layers: each unit has an axis of its own. */
export function linePanels(chart: LinePanels): Chart {
  const { panels } = chart;
  const { left, right, height } = PANEL;
  return {
    width: widthOf(chart),
    height: topOf(panels.length) - PANEL.gap + NAMES,
    option: {
      title: titles(chart),
      legend: legends(chart),
      grid: panels.map((_, i) => ({ left, right, height, top: topOf(i) })),
      xAxis: panels.map((_, i) => xAxis(i, chart, i === panels.length - 1)),
      yAxis: panels.map(yAxis),
      series: panels.flatMap((panel, i) => seriesOf(panel, i, chart)),
    },
  };
}
