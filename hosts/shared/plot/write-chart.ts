import type { Staging } from "../ports.ts";
import { type Chart, svgOf } from "./chart.ts";
import type { Rasterizer } from "./rasterizer.ts";

/** Where charts go. */
export interface ChartTarget {
  readonly staging: Staging;
  /** Undefined where the host makes no pixels: then there are only SVG files. */
  readonly rasterizer: Rasterizer | undefined;
}

/** Writes `path`.svg, and `path`.png where there are pixels; returns what it wrote, the best to look at first. */
export async function writeChart(
  { staging, rasterizer }: ChartTarget,
  path: string,
  chart: Chart,
): Promise<string[]> {
  const svg = svgOf(chart);
  await staging.write(`${path}.svg`, new TextEncoder().encode(svg));
  if (!rasterizer) return [`${path}.svg`];
  await staging.write(`${path}.png`, rasterizer.png(svg));
  return [`${path}.png`, `${path}.svg`];
}
