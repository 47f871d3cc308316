import { facts, type Paint, section } from "../quant/report-text.ts";
import type { ComparedLayer } from "./compare-layer.ts";
import { levelText } from "./elements.ts";
import type { Measures } from "./measures.ts";
import type { CompareSettings } from "./settings.ts";
import type { Side, Sides } from "./sides.ts";
import { elementTable, layerTable } from "./table.ts";

/** All that a comparison found, layers in the order in which they are shown. */
export interface CompareResult {
  readonly settings: CompareSettings;
  readonly sides: Sides;
  readonly layers: readonly ComparedLayer[];
  readonly notes: readonly string[];
}

export function sideText({ dump, side }: Side): string {
  return `${side === "float" ? "float" : "quantized"} model in ${dump.folder}`;
}

function orderText({ settings, layers, sides }: CompareResult): string {
  const count =
    layers.length < sides.pairs.length
      ? `${layers.length} of ${sides.pairs.length} layers`
      : `${layers.length} layers`;
  return settings.sort ? `${count}, worst ${settings.sort} first` : `${count}, from the input on`;
}

function elementSections({ settings, layers }: CompareResult, paint: Paint): string[] {
  return layers.flatMap(({ layer, list }) => {
    if (!list) return [];
    const shown =
      list.rows.length < list.count ? `the first ${list.rows.length} of ${list.count}` : `${list.count}`;
    const heading = `${layer}, ${levelText(settings.level)}: ${shown}`;
    return [
      section(
        paint,
        heading,
        list.rows.length > 0 ? [elementTable(list.rows, settings.showIndex)] : ["  none"],
      ),
    ];
  });
}

/** Sentences about what the numbers do not say. */
export function remarks({ layers, notes }: CompareResult): string[] {
  return [
    ...notes,
    ...layers.flatMap(({ layer, nonFinite }) =>
      nonFinite > 0
        ? [`${layer}: ${nonFinite} pairs hold NaN or infinity, so that no measure is a number`]
        : [],
    ),
  ];
}

/** For a person. */
export function resultText(result: CompareResult, paint: Paint): string {
  const { sides, layers, settings } = result;
  const parts = [
    facts(
      [
        ["Left", sideText(sides.left)],
        ["Right", `${sideText(sides.right)}, in real numbers`],
        ["Batches", [...new Set(layers.map(({ batches }) => batches))].join(", ")],
      ],
      paint,
    ),
    section(paint, orderText(result), [layerTable(layers, settings.measures, paint)]),
    ...elementSections(result, paint),
    section(
      paint,
      "Only on the left",
      sides.onlyLeft.map((name) => `  ${name}`),
    ),
    section(
      paint,
      "Only on the right",
      sides.onlyRight.map((name) => `  ${name}`),
    ),
    section(
      paint,
      "Notes",
      remarks(result).map((sentence) => `  ${paint.yellow(sentence)}`),
    ),
  ];
  return parts.filter((part) => part !== "").join("\n\n");
}

/** JSON has no word for these: they stand there as text. */
const number = (value: number): number | string => (Number.isFinite(value) ? value : String(value));

function measuresJson(measures: Measures | undefined) {
  if (!measures) return { mre: null, cos: null, rmse: null, maxdiff: null, bias: null };
  const { mre, cos, rmse, maxdiff, bias } = measures;
  return {
    mre: number(mre),
    cos: number(cos),
    rmse: number(rmse),
    maxdiff: maxdiff.map(number),
    bias: bias.map(number),
  };
}

function layerJson({ index, layer, op, pair, batches, elements, nonFinite, measures, list }: ComparedLayer) {
  const rows = list?.rows.map(({ left, right, relative, ...row }) => ({
    ...row,
    left: number(left),
    right: number(right),
    relative: number(relative),
  }));
  return {
    index,
    layer,
    op_type: op,
    ...(pair.right.index === index ? {} : { right_index: pair.right.index }),
    batches,
    elements,
    non_finite: nonFinite,
    ...measuresJson(measures),
    ...(list ? { listed: { count: list.count, rows } } : {}),
  };
}

/** For a machine: every measure of every layer, whatever the table shows. */
export function resultJson(result: CompareResult): string {
  const { sides, layers } = result;
  const side = ({ dump, side }: Side) => ({ dump: dump.folder, model: side });
  const object = {
    version: 1,
    left: side(sides.left),
    right: side(sides.right),
    layers: layers.map(layerJson),
    only_left: sides.onlyLeft,
    only_right: sides.onlyRight,
    notes: remarks(result),
  };
  return `${JSON.stringify(object, null, 2)}\n`;
}
