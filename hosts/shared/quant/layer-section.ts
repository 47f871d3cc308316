import Table from "cli-table3";
import type { ReportLayer } from "../../../core-ts/report/report.ts";
import { isPoor } from "./figures.ts";
import { type Paint, section } from "./report-text.ts";

/** Layers listed unless all are wanted. */
const WORST_LAYERS = 5;
/** Letters of a layer's and an op's name: with them a line has at most 80. */
const NAME = 30;
const OP = 13;

/** Both ends of a long name, which tell layers of one model apart. */
function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const head = Math.floor((most - 1) / 3);
  return `${name.slice(0, head)}…${name.slice(head + 1 - most)}`;
}

const decibels = (sqnrDb: number | null): string => (sqnrDb === null ? "exact" : `${sqnrDb.toFixed(1)} dB`);

function clippedText(share: number | null): string {
  if (share === null) return "";
  if (share === 0) return "none";
  const percent = 100 * share;
  return percent < 0.01 ? "<0.01 %" : `${percent.toFixed(2)} %`;
}

/** No lines between columns, and colours only where a layer is poor: the table is to be read in logs as well. */
function layerTable(layers: readonly ReportLayer[], isWhole: boolean, paint: Paint): string {
  const none = { top: "", bottom: "", left: " ", right: "", mid: "", middle: "" } as const;
  const table = new Table({
    head: ["Layer", "Op", "Bits", "Itself", "In all", "Clipped"],
    colAligns: ["left", "left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
    chars: {
      ...none,
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      "left-mid": "",
      "mid-mid": "",
      "right-mid": "",
    },
  });
  for (const { node, op, bits, own, total, clipped } of layers) {
    const cells = [
      isWhole ? node : shortened(node, NAME),
      isWhole ? op : shortened(op, OP),
      String(bits),
      own ? decibels(own.sqnrDb) : "",
      decibels(total.sqnrDb),
      clippedText(clipped),
    ];
    const isBad = isPoor({ cosine: total.cosine, sqnrDb: total.sqnrDb ?? Number.POSITIVE_INFINITY });
    table.push(isBad ? cells.map((cell) => paint.yellow(cell)) : cells);
  }
  return table.toString().replaceAll(/ +$/gm, "");
}

/** The layers that do the most damage. "Itself": the noise they add to clean inputs; "in all": with what piled up before them. */
export function layerSection(
  layers: readonly ReportLayer[],
  { on, showsAll, paint }: { readonly on: string; readonly showsAll: boolean; readonly paint: Paint },
): string {
  const worst = layers.toSorted((a, b) => a.rank - b.rank).slice(0, showsAll ? layers.length : WORST_LAYERS);
  if (worst.length === 0) return "";
  const which =
    worst.length < layers.length
      ? `The ${worst.length} worst of ${layers.length} layers`
      : "Layers, worst first";
  const heading = `${which}, by the noise they add themselves, on ${on}`;
  return section(paint, heading, [layerTable(worst, showsAll, paint)]);
}
