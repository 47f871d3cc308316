import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** A picture to be drawn; pixels. */
export interface Chart {
  readonly option: EChartsCoreOption;
  readonly width: number;
  readonly height: number;
}

/** The font that the rasterizer has, and what viewers of an SVG may have instead. */
export const FONT = "DejaVu Sans, Verdana, sans-serif";
export const INK = "#1f2933";
export const FAINT = "#7b8794";
/** Told apart also by those who see no red or green (Okabe and Ito). */
export const COLORS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"] as const;

/** Titles shared by all charts: what it is, and below what it is of. */
export function titleOf(text: string, subtext: string): object {
  return {
    text: printable(text),
    subtext: printable(subtext),
    left: 24,
    top: 14,
    itemGap: 6,
    textStyle: { color: INK, fontSize: 18 },
    subtextStyle: { color: FAINT, fontSize: 12 },
  };
}

/** Control characters can't stand in XML. */
function isControl(c: string): boolean {
  return c < " " || c === "\x7f" || c === "\ufffe" || c === "\uffff";
}

/** A name as a chart may show it; long ones lose their middle. */
export function printable(text: string, longest = Number.POSITIVE_INFINITY): string {
  const letters = Array.from(text, (c) => (isControl(c) ? "\ufffd" : c));
  if (letters.length <= longest) return letters.join("");
  const tail = Math.floor((longest - 1) * 0.6);
  return `${letters.slice(0, longest - 1 - tail).join("")}…${letters.slice(-tail).join("")}`;
}

/** The chart as an SVG file. It needs no display. */
export function svgOf({ option, width, height }: Chart): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: "#ffffff",
      color: [...COLORS],
      textStyle: { fontFamily: FONT, color: INK },
      ...option,
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
