import type { Staging } from "../ports.ts";
import { type Chart, svgOf } from "./chart.ts";
import type { Rasterizer } from "./rasterizer.ts";

/**
 * Writes `path`.svg, and `path`.png where the host makes pixels; returns what it wrote, the best to look at first. The rasterizer is to be loaded
 * before this module, which loads the library that draws: the host says then what that needs.
 */
export async function writeChart(
  staging: Staging,
  path: string,
  chart: Chart,
  rasterizer: Rasterizer | undefined,
): Promise<string[]> {
  const svg = svgOf(chart);
  await staging.write(`${path}.svg`, new TextEncoder().encode(svg));
  if (!rasterizer) return [`${path}.svg`];
  await staging.write(`${path}.png`, rasterizer.png(svg));
  return [`${path}.png`, `${path}.svg`];
}
