import Table from "cli-table3";
import { findChip } from "../../../core-ts/chips/index.ts";
import type { QuantSettings } from "../cli/settings.ts";
import { measureOf } from "../infer/reference.ts";
import { numberText } from "../quant/figures.ts";
import { facts, files, paintFor, section } from "../quant/report-text.ts";
import type { CommandRun } from "../quant/session.ts";
import type { Failed, LayerSensitivity, Measured, SensitivityFindings } from "./measure.ts";

/** Rows of the printed table; the file has all. */
const SHOWN = 15;

/** "failed", "exact", or the number. */
export function decibelText(found: Measured | Failed): string {
  if ("failure" in found) return "failed";
  return Number.isFinite(found.sqnrDb) ? found.sqnrDb.toFixed(2) : "exact";
}

const resultText = (found: Measured | Failed): string => ("failure" in found ? "" : numberText(found.result));

/** Most harm first: layers that could not be measured, then by the answers' SQNR. */
export function ranked(layers: readonly LayerSensitivity[]): LayerSensitivity[] {
  const key = ({ only }: LayerSensitivity) => ("failure" in only ? Number.NEGATIVE_INFINITY : only.sqnrDb);
  return layers.toSorted((a, b) => (key(a) === key(b) ? 0 : key(a) - key(b)));
}

function table(layers: readonly LayerSensitivity[], hasMeasure: boolean): string {
  const results = (cells: readonly string[]) => (hasMeasure ? cells : []);
  const made = new Table({
    head: [
      "Layer",
      "Op",
      "Only it: SQNR dB",
      ...results(["Result"]),
      "All but it: SQNR dB",
      ...results(["Result"]),
    ],
    style: { head: [], border: [], compact: true },
    colAligns: ["left", "left", "right", "right", "right", "right"],
  });
  for (const { node, op, only, without } of layers)
    made.push([
      node,
      op,
      decibelText(only),
      ...results([resultText(only)]),
      decibelText(without),
      ...results([resultText(without)]),
    ]);
  return made.toString();
}

function failures(layers: readonly LayerSensitivity[]): string[] {
  return layers.flatMap(({ node, only, without }) =>
    [["alone", only] as const, ["spared", without] as const].flatMap(([how, found]) =>
      "failure" in found ? [`  "${node}" ${how}: ${found.failure}`] : [],
    ),
  );
}

/** Where the chip has both widths: what makes a mix of the findings. */
function nextStep({ model, quant }: QuantSettings, file: string): string[] {
  if (!findChip(quant.chip).mixedPrecision) return [];
  return [
    "  16 bit for the most sensitive half, as a file for -mc:",
    `  Knight --chip ${quant.chip} quant -m ${model} -gt -ams ${file} -amr 0.5`,
  ];
}

/** Prints the ranking on standard output. */
export function printSensitivity(
  { settings, ports }: CommandRun,
  found: SensitivityFindings,
  written: readonly (readonly [string, string])[],
): void {
  const paint = paintFor(ports.terminal);
  const worst = ranked(found.layers).slice(0, SHOWN);
  const measure = measureOf(settings);
  const { chip, bits, mode } = settings.quant;
  const rows: [string, string][] = [
    ["Model", settings.model],
    ["Target", `${chip}, ${bits} bit, ${mode}`],
    ["Data", `${found.samples} samples`],
    ["All quantized", `SQNR of the outputs ${decibelText(found.all)} dB`],
    ...(measure || "failure" in found.all
      ? []
      : ([["Result", `float ${numberText(found.float)}, all quantized ${numberText(found.all.result)}`]] as [
          string,
          string,
        ][])),
  ];
  const parts = [
    facts(rows, paint),
    section(paint, `The ${worst.length} most sensitive of ${found.layers.length} layers`, [
      table(worst, measure === undefined),
    ]),
    section(paint, "Failed", failures(found.layers)),
    section(
      paint,
      "Warnings",
      settings.notes.map((note) => `  ${paint.yellow(note)}`),
    ),
    section(paint, `Files in ${settings.saveDir}`, files(written)),
    section(paint, "Next", nextStep(settings, ports.files.join(settings.saveDir, written[0]![0]))),
  ];
  ports.terminal.out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
}
