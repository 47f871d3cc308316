import { type Chart, COLORS, FAINT, INK, titleOf } from "./chart.ts";

/** Counts in bins of equal width from `low` to `high`. */
export interface HistogramPanel {
  readonly title: string;
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

/** Edges of bins with as many digits as tell them apart. */
function edgeText(value: number, width: number): string {
  if (width === 0) return String(Number(value.toPrecision(4)));
  const digits = Math.max(0, Math.min(12, 1 - Math.floor(Math.log10(width))));
  const text = value.toFixed(digits);
  return Number(text) === 0 ? "0" : text;
}

function place(row: number, column: number) {
  return {
    left: PANEL.left + column * (PANEL.width + PANEL.gapX),
    top: PANEL.top + row * (PANEL.height + PANEL.gapY),
    width: PANEL.width,
    height: PANEL.height,
  };
}

function axes({ low, high, counts }: HistogramPanel, gridIndex: number) {
  const width = (high - low) / counts.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  return {
    x: {
      gridIndex,
      type: "category",
      data: counts.map((_, i) => edgeText(low + (i + 0.5) * width, width * 4)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: FAINT } },
      axisLabel: { color: INK, fontSize: 11, interval: Math.max(0, Math.ceil(counts.length / 8) - 1) },
      name: "value",
      nameLocation: "middle",
      nameGap: 26,
      nameTextStyle: { color: FAINT },
    },
    y: {
      gridIndex,
      // A peak at zero would hide the tails.
      type: "log",
      min: 0.5,
      max: Math.max(10, total),
      name: "elements (log)",
      nameTextStyle: { color: FAINT, align: "left", padding: [0, 0, 0, -52] },
      axisLabel: {
        color: INK,
        fontSize: 11,
        formatter: (value: number) => (value < 1 ? "" : value.toLocaleString("en")),
      },
      splitLine: { lineStyle: { color: "#e4e7eb" } },
    },
  };
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
          left: left - 6,
          top: top - 44,
          textStyle: { fontSize: 13, color: INK },
        })),
      ],
      grid: panels.map(({ place }) => place),
      xAxis: made.map(({ x }) => x),
      yAxis: made.map(({ y }) => y),
      series: panels.map(({ panel, column }, i) => ({
        type: "bar",
        xAxisIndex: i,
        yAxisIndex: i,
        barCategoryGap: "4%",
        color: COLORS[column % COLORS.length],
        data: panel.counts.map((count) => (count > 0 ? count : null)),
      })),
    },
  };
}
