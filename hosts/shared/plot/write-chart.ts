import type { Staging } from "../ports.ts";
import { type Chart, svgOf } from "./chart.ts";
import type { Rasterizer } from "./rasterizer.ts";

/** Writes `path`.svg and, where the host can make pixels, `path`.png; returns what it wrote. */
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
