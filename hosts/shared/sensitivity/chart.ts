import type { Chart } from "../plot/chart.ts";
import { linePanels } from "../plot/line-panels.ts";
import type { CommandRun } from "../quant/session.ts";
import type { Failed, Measured, SensitivityFindings } from "./measure.ts";
import { decibelText } from "./report.ts";

const decibels = (found: Measured | Failed): number => ("failure" in found ? Number.NaN : found.sqnrDb);

/** Both measurements over the depth of the model. */
export function sensitivityChart({ settings }: CommandRun, found: SensitivityFindings): Chart {
  const { layers, samples } = found;
  const curve = (name: string, values: number[]) => ({ name, values });
  const { chip, bits, mode } = settings.quant;
  return linePanels({
    title: `Sensitivity of ${settings.model}`,
    subtitle: `${chip}, ${bits} bit, ${mode}, ${samples} samples; all layers quantized: ${decibelText(found.all)} dB`,
    labels: layers.map(({ node }) => node),
    marks: layers.map(({ node }) => node),
    xTitle: "layer",
    panels: [
      {
        title: "SQNR of the outputs in dB, only this layer quantized",
        curves: [
          curve(
            "only this layer",
            layers.map(({ only }) => decibels(only)),
          ),
        ],
        worst: "lowest",
      },
      {
        title: "SQNR of the outputs in dB, all layers but this one quantized",
        curves: [
          curve(
            "all but this layer",
            layers.map(({ without }) => decibels(without)),
          ),
        ],
      },
    ],
  });
}
