import Table from "cli-table3";
import type { BitWidth } from "../../../core-ts/chips/index.ts";
import type { ObserverName } from "../../../core-ts/observers/index.ts";
import type { FloatLayer } from "../../../core-ts/plan/plan.ts";
import type { LayerError } from "../../../core-ts/report/layer-error.ts";
import { measureOf } from "../infer/reference.ts";
import { isPoor, numberText, worstLayers } from "./figures.ts";
import { facts, files, type Paint, paintFor, section } from "./report-text.ts";
import type { CommandRun } from "./session.ts";

/** What a quantization found. */
export interface QuantReport {
  readonly chip: string;
  readonly bits: BitWidth;
  /** The observer; of several the best one. */
  readonly mode: ObserverName;
  /** What the infer function returned for the float model, and for the quantized one; undefined where no model could be run. */
  readonly float: number | undefined;
  readonly fixed: number | undefined;
  /** In percent; undefined when the float result is 0, or nothing was measured. */
  readonly loss: number | undefined;
  /** What an infer function of ours measured besides, in percent. */
  readonly figures: readonly {
    readonly name: string;
    readonly float: number;
    readonly fixed: number | undefined;
  }[];
  /** What calibration ran over, in words. */
  readonly calibration: string;
  /** Per integer layer, and over which part of the data. */
  readonly layers: readonly LayerError[];
  readonly compared: string;
  readonly floatLayers: readonly FloatLayer[];
  readonly integerNodes: number;
  readonly warnings: readonly string[];
  /** Path below --save-dir, and what is in it. */
  readonly files: readonly (readonly [path: string, what: string])[];
}

/** Layers listed unless there are fewer. */
const WORST_LAYERS = 10;

/** Borders without colour codes: the table is to be read in logs as well. */
function layerTable(layers: readonly LayerError[], paint: Paint): string {
  const table = new Table({
    head: ["Layer", "Op", "Bits", "Cosine", "SQNR dB", "Largest error"],
    colAligns: ["left", "left", "right", "right", "right", "right"],
    style: { head: [], border: [], compact: true },
  });
  for (const { node, op, bits, cosine, sqnrDb, maxAbs } of layers) {
    const cells = [
      node,
      op,
      String(bits),
      cosine.toFixed(6),
      Number.isFinite(sqnrDb) ? sqnrDb.toFixed(2) : "exact",
      numberText(maxAbs),
    ];
    table.push(isPoor({ cosine, sqnrDb }) ? cells.map((cell) => paint.yellow(cell)) : cells);
  }
  return table.toString();
}

function resultFacts({ settings }: CommandRun, report: QuantReport): [string, string][] {
  const { loss } = report;
  if (report.fixed === undefined)
    return [["Result", "not measured: no model can be run here, and the scales were given"]];
  const measure = measureOf(settings);
  return [
    ["Float result", numberText(report.float)],
    [settings.quant.ir === "qdq" ? "QDQ result" : "Fixed result", numberText(report.fixed)],
    [
      "Quantization Loss",
      loss === undefined ? "not defined, since the float result is 0" : `${numberText(loss)} %`,
    ],
    ...report.figures.map(({ name, float, fixed }): [string, string] => [
      name,
      `float ${numberText(float)} %, fixed ${fixed === undefined ? "not measured" : `${numberText(fixed)} %`}`,
    ]),
    ...(measure
      ? ([
          ["", `${measure}: the fixed result is the cosine of the outputs to the float model's, no accuracy`],
        ] as [string, string][])
      : []),
  ];
}

/** Prints the outcome on standard output. */
export function reportQuant(run: CommandRun, report: QuantReport): void {
  const { settings, ports } = run;
  const paint = paintFor(ports.terminal);
  const { chip, bits, mode } = report;
  const worst = worstLayers(report.layers, WORST_LAYERS);
  const shown =
    worst.length < report.layers.length
      ? `The ${worst.length} worst of ${report.layers.length} integer layers, on ${report.compared}`
      : `Integer layers, worst first, on ${report.compared}`;
  const parts = [
    facts(
      [
        ["Model", settings.model],
        [
          "Target",
          `${chip}, ${settings.mixConfig ? `mixed by ${settings.mixConfig}` : `${bits} bit, ${mode}`}`,
        ],
        ["Calibration", report.calibration],
        ["Nodes", `${report.integerNodes} integer, ${report.floatLayers.length} float`],
        ...resultFacts(run, report),
      ],
      paint,
    ),
    section(paint, shown, worst.length > 0 ? [layerTable(worst, paint)] : []),
    section(
      paint,
      "Stay float",
      report.floatLayers.map(({ node, op, reason }) => `  ${op} "${node}": ${reason}`),
    ),
    section(
      paint,
      "Warnings",
      report.warnings.map((warning) => `  ${paint.yellow(warning)}`),
    ),
    section(paint, `Files in ${settings.saveDir}`, files(report.files)),
  ];
  ports.terminal.out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
}
