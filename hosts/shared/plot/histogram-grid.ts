import { type Chart, COLORS, FAINT, INK, titleOf } from "./chart.ts";

/** Counts in bins of equal width from `low` to `high`. */
export interface HistogramPanel {
  readonly title: string;
  /** What the two axes are. */
  readonly axis: string;
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

export interface HistogramGrid {
  readonly title: string;
  readonly subtitle: string;
  /** Rows of panels; those of one column have a colour. */
  readonly rows: readonly (readonly HistogramPanel[])[];
}

const PANEL = { width: 470, height: 210, left: 78, gapX: 70, top: 112, gapY: 88, right: 36, bottom: 56 };

function place(row: number, column: number) {
  return {
    left: PANEL.left + column * (PANEL.width + PANEL.gapX),
    top: PANEL.top + row * (PANEL.height + PANEL.gapY),
    width: PANEL.width,
    height: PANEL.height,
  };
}

/** Where empty bins stand on the logarithmic axis: below a single element. */
const FLOOR = 0.5;

/** Short numbers at the axes. */
const tick = (value: number): string => String(Number(value.toPrecision(6)));

function axes({ low, high, counts }: HistogramPanel, gridIndex: number) {
  const most = counts.reduce((max, count) => Math.max(max, count), 10);
  return {
    x: {
      gridIndex,
      type: "value",
      min: low,
      max: high,
      splitNumber: 6,
      axisLine: { show: true, onZero: false, lineStyle: { color: FAINT } },
      axisLabel: { color: INK, fontSize: 11, formatter: tick, showMinLabel: false, showMaxLabel: false },
      splitLine: { show: false },
    },
    y: {
      gridIndex,
      // A peak at zero would hide the tails.
      type: "log",
      min: FLOOR,
      max: 10 ** Math.ceil(Math.log10(most)),
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: {
        color: INK,
        fontSize: 11,
        formatter: (value: number) => (value < 1 ? "" : value.toLocaleString("en")),
      },
      splitLine: { lineStyle: { color: "#e4e7eb" } },
    },
  };
}

/** Steps: each bin's height from its lower edge on. */
function outline({ low, high, counts }: HistogramPanel): [number, number][] {
  const width = (high - low) / counts.length;
  const steps = counts.map((count, i): [number, number] => [low + i * width, Math.max(count, FLOOR)]);
  return [...steps, [high, FLOOR]];
}

/** Histograms in rows and columns. */
export function histogramGrid({ title, subtitle, rows }: HistogramGrid): Chart {
  const columns = Math.max(...rows.map((row) => row.length));
  const panels = rows.flatMap((row, r) => row.map((panel, c) => ({ panel, place: place(r, c), column: c })));
  const made = panels.map(({ panel }, i) => axes(panel, i));
  const corner = place(rows.length - 1, columns - 1);
  return {
    width: corner.left + PANEL.width + PANEL.right,
    height: corner.top + PANEL.height + PANEL.bottom,
    option: {
      title: [
        titleOf(title, subtitle),
        ...panels.map(({ panel, place: { left, top } }) => ({
          text: panel.title,
          subtext: panel.axis,
          left: left - 6,
          top: top - 46,
          itemGap: 3,
          textStyle: { fontSize: 13, color: INK },
          subtextStyle: { fontSize: 11, color: FAINT },
        })),
      ],
      grid: panels.map(({ place }) => place),
      xAxis: made.map(({ x }) => x),
      yAxis: made.map(({ y }) => y),
      series: panels.map(({ panel, column }, i) => ({
        type: "line",
        step: "end",
        symbol: "none",
        xAxisIndex: i,
        yAxisIndex: i,
        color: COLORS[column % COLORS.length],
        lineStyle: { width: 1 },
        areaStyle: { opacity: 0.75, origin: "start" },
        data: outline(panel),
      })),
    },
  };
}
