import { checkAborted } from "../../../core-ts/aborted.ts";
import { startProgress } from "../cli/progress.ts";
import type { Rasterizer } from "../plot/rasterizer.ts";
import { writeChart } from "../plot/write-chart.ts";
import type { Ports, Staging } from "../ports.ts";
import { histogramChart, indexText, measuresChart } from "./pictures.ts";
import type { CompareResult } from "./result.ts";

/** Path and what is in it. */
type WrittenFiles = (readonly [path: string, what: string])[];

/** --show-plot and -sh. */
export async function writePictures(
  result: CompareResult,
  ports: Ports,
  staging: Staging,
  rasterizer: Rasterizer | undefined,
): Promise<WrittenFiles> {
  const { settings, layers, sides } = result;
  const written: WrittenFiles = [];
  if (settings.plot) {
    const [picture] = await writeChart(staging, "plot_result", measuresChart(result), rasterizer);
    await staging.write("plot_out_name_idx.txt", new TextEncoder().encode(indexText(layers)));
    written.push([picture!, "the measures over the layers; .svg beside it"]);
    written.push(["plot_out_name_idx.txt", "the layers' indices and names"]);
  }
  if (!settings.histograms) return written;
  const progress = startProgress(ports, "Histograms", layers.length, ["layer", "layers"]);
  try {
    for (const layer of layers) {
      checkAborted(ports);
      const path = `histograms/${layer.pair.left.folder}`;
      await writeChart(staging, path, await histogramChart(sides, layer), rasterizer);
      progress.step();
    }
  } finally {
    progress.stop();
  }
  written.push(["histograms/", "output and weights of each layer, left and right: .png and .svg"]);
  return written;
}
