import type { BitWidth } from "../../core-ts/chips/index.ts";
import type { ObserverName } from "../../core-ts/observers/index.ts";
import type { ErrorCurve, Report, ReportLayer } from "../../core-ts/report/report.ts";

/** What the reader chooses for a layer's scale. */
export interface Choice {
  readonly bits: BitWidth;
  /** "own": a threshold of the reader's. */
  readonly rule: ObserverName | "own";
  /** The largest real value the grid holds. */
  readonly threshold: number;
}

/** By index of the layer; layers that stay as they are have none. */
export type Choices = ReadonlyMap<number, Choice>;

/** The observer that suits 16 bit, where rounding costs little and clipping need not be risked (spec/facts.md). */
const WIDE_OBSERVER: ObserverName = "min_max";

/** The largest integer of a grid. */
export function largestInteger(bits: BitWidth, signed: boolean): number {
  return 2 ** (signed ? bits - 1 : bits) - 1;
}

/** What the run chose. */
export function runChoice({ bits, signed, scale, observer }: ReportLayer): Choice {
  return { bits, rule: observer, threshold: scale * largestInteger(bits, signed) };
}

export function choiceOf(layer: ReportLayer, choices: Choices): Choice {
  return choices.get(layer.index) ?? runChoice(layer);
}

/** The threshold an observer takes at a width; as the run has it where the two agree. */
function thresholdOf(layer: ReportLayer, bits: BitWidth, observer: ObserverName): number {
  const run = runChoice(layer);
  if (bits === run.bits && observer === run.rule) return run.threshold;
  return layer.histogram?.thresholds[`${bits}`][observer] ?? run.threshold;
}

export function withObserver(layer: ReportLayer, { bits }: Choice, observer: ObserverName): Choice {
  return { bits, rule: observer, threshold: thresholdOf(layer, bits, observer) };
}

/** Another width, with the observer that suits it; the run's own width with the run's own choice. */
export function withBits(layer: ReportLayer, bits: BitWidth): Choice {
  if (bits === layer.bits) return runChoice(layer);
  const observer = bits === 16 ? WIDE_OBSERVER : layer.observer;
  return { bits, rule: observer, threshold: thresholdOf(layer, bits, observer) };
}

export function isSame(a: Choice, b: Choice): boolean {
  return a.bits === b.bits && a.rule === b.rule && (a.rule !== "own" || a.threshold === b.threshold);
}

/** Between points of the curve straight; above its highest threshold, where nothing is clipped, rounding grows with the step. */
export function expectedDb(
  { highest, ratio, sqnrDb }: ErrorCurve,
  bits: BitWidth,
  threshold: number,
): number {
  const points = sqnrDb[`${bits}`];
  if (threshold > highest) return points[0]! - 20 * Math.log10(threshold / highest);
  const place = Math.min(Math.log(threshold / highest) / Math.log(ratio), points.length - 1);
  const before = Math.floor(place);
  const [from, to] = [points[before]!, points[before + 1] ?? points[before]!];
  return from + (to - from) * (place - before);
}

/** The threshold of the curve with the least expected error. */
export function bestThreshold({ highest, ratio, sqnrDb }: ErrorCurve, bits: BitWidth): number {
  const points = sqnrDb[`${bits}`];
  return highest * ratio ** points.indexOf(Math.max(...points));
}

/** Nodes that the rules of mixed precision hold to the width of this one, itself included. */
export function tiedTo({ rerun }: Report, node: string): readonly string[] {
  return rerun.together.find((group) => group.includes(node)) ?? [node];
}

/** The choices with one more; a layer of another width takes those along that the rules tie to it. */
export function chosen(report: Report, choices: Choices, layer: ReportLayer, choice: Choice): Choices {
  const next = new Map(choices);
  const set = (one: ReportLayer, value: Choice) =>
    isSame(value, runChoice(one)) ? next.delete(one.index) : next.set(one.index, value);
  const changesWidth = choice.bits !== choiceOf(layer, choices).bits;
  const tied = changesWidth ? tiedTo(report, layer.node) : [];
  for (const other of report.layers.filter(({ node }) => tied.includes(node)))
    set(other, withBits(other, choice.bits));
  set(layer, choice);
  return next;
}
