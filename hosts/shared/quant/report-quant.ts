import type { BitWidth } from "../../../core-ts/chips/index.ts";
import type { ObserverName } from "../../../core-ts/observers/index.ts";
import type { FloatLayer } from "../../../core-ts/plan/plan.ts";
import type { LayerError } from "../../../core-ts/report/layer-error.ts";
import type { Report, Verdict } from "../../../core-ts/report/report.ts";
import { measureOf } from "../infer/reference.ts";
import { isPoor, numberText } from "./figures.ts";
import { layerSection } from "./layer-section.ts";
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

/** Nodes named for each reason to stay float, and warnings, unless all are wanted. */
const NAMES = 3;
const WARNINGS = 5;

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

const megabytes = (bytes: number): string => `${numberText(Number((bytes / 2 ** 20).toPrecision(3)))} MB`;

/** What it took. */
function costText({ milliseconds, peakBytes, floatBytes, fixedBytes }: Verdict): string {
  const time = `${numberText(Number((milliseconds / 1000).toPrecision(3)))} s`;
  const peak = peakBytes === null ? "" : `, at most ${megabytes(peakBytes)} of memory`;
  return `${megabytes(floatBytes)} became ${megabytes(fixedBytes)} in ${time}${peak}`;
}

/** The result in one line: what was lost, and how far the outputs are off. */
function verdictLine({ loss, float, fixed, outputs, measure }: Verdict, paint: Paint): string {
  if (fixed === null) return "";
  const worst = outputs.reduce<Verdict["outputs"][number] | undefined>(
    (most, output) => ((output.sqnrDb ?? 999) < (most?.sqnrDb ?? 1000) ? output : most),
    undefined,
  );
  const decibels =
    worst === undefined
      ? ""
      : worst.sqnrDb === null
        ? ", outputs exact"
        : `, outputs ${worst.sqnrDb.toFixed(1)} dB`;
  const what =
    measure === null
      ? `${numberText(float!)} became ${numberText(fixed)}`
      : `outputs' cosine ${numberText(fixed)}`;
  const lost = loss === null ? "loss not defined" : `${numberText(Number(loss.toPrecision(3)))} % lost`;
  const isFine = worst === undefined || !isPoor({ cosine: worst.cosine, sqnrDb: worst.sqnrDb ?? 999 });
  return (isFine ? paint.green : paint.yellow)(paint.bold(`${lost}: ${what}${decibels}`));
}

/** What stays float, by reason; a few names each unless all are wanted. */
function floatLines(layers: readonly FloatLayer[], showsAll: boolean): string[] {
  const groups = new Map<string, FloatLayer[]>();
  for (const layer of layers) groups.set(layer.reason, [...(groups.get(layer.reason) ?? []), layer]);
  return [...groups].flatMap(([reason, group]) => {
    const shown = showsAll ? group : group.slice(0, NAMES);
    const names = shown.map(({ op, node }) => `${op} "${node}"`).join(", ");
    const rest = group.length - shown.length;
    return [`  ${names}${rest > 0 ? ` and ${rest} more` : ""}: ${reason}`];
  });
}

function warningLines(warnings: readonly string[], paint: Paint, showsAll: boolean): string[] {
  const shown = showsAll ? warnings : warnings.slice(0, WARNINGS);
  const rest = warnings.length - shown.length;
  const lines = shown.map((warning) => `  ${paint.yellow(warning)}`);
  return rest > 0 ? [...lines, `  and ${rest} more; the report and -l 0 show all`] : lines;
}

function nextLines([first]: Report["advice"], paint: Paint): string[] {
  return first ? [`  ${first.node}: ${first.why}`, `  ${paint.cyan(first.command)}`] : [];
}

function headFacts(run: CommandRun, summary: QuantReport, verdict: Verdict): [string, string][] {
  const { settings } = run;
  const precision = settings.mixConfig
    ? `mixed by ${settings.mixConfig}`
    : `${summary.bits} bit, ${summary.mode}`;
  return [
    ["Model", settings.model],
    ["Target", `${summary.chip}, ${precision}`],
    ["Calibration", summary.calibration],
    ["Nodes", `${summary.integerNodes} integer, ${summary.floatLayers.length} float`],
    ["Cost", costText(verdict)],
    ...resultFacts(run, summary),
  ];
}

/** Prints the outcome on standard output: what a person wants to see at once. All the rest with -l 0, and in the report. */
export function reportQuant(run: CommandRun, summary: QuantReport, report: Report): void {
  const { settings, ports } = run;
  const paint = paintFor(ports.terminal);
  const showsAll = settings.logLevel === 0;
  const parts = [
    verdictLine(report.verdict, paint),
    facts(headFacts(run, summary, report.verdict), paint),
    layerSection(report.layers, { on: summary.compared, showsAll, paint }),
    section(paint, "Stay float", floatLines(summary.floatLayers, showsAll)),
    section(paint, "Warnings", warningLines(summary.warnings, paint, showsAll)),
    section(paint, `Files in ${settings.saveDir}`, files(summary.files)),
    section(paint, "Try next", nextLines(report.advice, paint)),
  ];
  ports.terminal.out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
}
