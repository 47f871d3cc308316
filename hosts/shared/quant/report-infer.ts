import type { Inference } from "../../../core-ts/evaluate/inference.ts";
import type { Figure } from "../infer/configured/task.ts";
import { measureOf } from "../infer/reference.ts";
import { numberText } from "./figures.ts";
import { facts, paintFor, section } from "./report-text.ts";
import type { CommandRun } from "./session.ts";

/** "quantized, TX..., 8 bit, kl" as the model's own metadata say it. */
function kindOf({ quantized, model }: Inference): string {
  if (!quantized) return "float";
  const { metadata } = model;
  const chip = metadata.get("knight.chip");
  const bits = metadata.get("knight.bit_width");
  const precision =
    bits === "mixed" ? "8 and 16 bit mixed" : `${bits} bit, ${metadata.get("knight.quant_mode")}`;
  const known = chip && `, ${chip}, ${precision}`;
  return `quantized${known || ""}`;
}

/** Prints the facts, and what of the command line has no effect. */
function print(
  { settings, ports }: CommandRun,
  rows: [string, string][],
  notes: readonly string[] = [],
): void {
  const paint = paintFor(ports.terminal);
  const warnings = [...settings.notes, ...notes].map((note) => `  ${paint.yellow(note)}`);
  const parts = [facts(rows, paint), section(paint, "Warnings", warnings)];
  ports.terminal.out(`${parts.filter((part) => part !== "").join("\n\n")}\n`);
}

/** How long a pass took. */
interface Speed {
  readonly samples: number;
  /** The whole function, with reading the data. */
  readonly milliseconds: number;
  /** The model alone. */
  readonly modelMilliseconds: number;
}

/** What a pass over a model gave. */
interface Inferred {
  readonly result: number;
  readonly figures: readonly Figure[];
  readonly speed: Speed;
  readonly notes: readonly string[];
}

function speedText({ samples, milliseconds, modelMilliseconds }: Speed): string {
  const rate = (ms: number) => numberText(Number(((1000 * samples) / Math.max(ms, 0.001)).toPrecision(3)));
  const time = `${(milliseconds / 1000).toFixed(2)} s`;
  return `${samples} ${samples === 1 ? "sample" : "samples"} in ${time}: ${rate(milliseconds)} a second, the model alone ${rate(modelMilliseconds)}`;
}

/** Prints what the infer function returned, and what it found. */
export function reportInfer(
  run: CommandRun,
  model: Inference,
  { result, figures, speed, notes }: Inferred,
): void {
  const { settings } = run;
  const measure = measureOf(settings);
  const rows: [string, string][] = [
    ["Model", `${settings.model} (${kindOf(model)})`],
    ["Result", measure ? `${measure}: the model runs, and there is no accuracy to tell` : numberText(result)],
    ...figures.map(({ name, value }): [string, string] => [name, `${numberText(value)} %`]),
    ["Speed", speedText(speed)],
  ];
  print(run, rows, notes);
}

/** Prints where the model is: optimized, or, where `checked` says how that went, converted. */
export function reportConvert(run: CommandRun, path: string, checked: string | undefined): void {
  const rows: [string, string][] = [["Model", run.settings.model]];
  if (checked === undefined) rows.push(["Optimized", path]);
  else rows.push(["Converted", path], ["Checked", checked]);
  print(run, rows);
}
