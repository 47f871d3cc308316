import type { ConfigReader } from "../infer/input-config.ts";
import type { Anchor } from "./decode/decoder.ts";
import type { SuppressLimits } from "./suppress.ts";

/** What an entry of "input-configs" says about detection (manual, 示例五). */
export interface DetectionSettings extends SuppressLimits {
  readonly classCount: number;
  readonly names: readonly string[] | undefined;
  readonly anchors: readonly Anchor[];
  readonly confThreshold: number;
  /** Score from which a box is drawn, or taken for true where there are no labels. */
  readonly shownFrom: number;
  /** Name of one, or undefined: by the outputs' shapes. */
  readonly decoder: string | undefined;
  readonly calculatesAccuracy: boolean;
  readonly drawsBoxes: boolean;
}

/** The threshold of precision-recall curves: nearly everything counts, at its place in the order. */
const DEFAULT_CONF = 0.001;
/** YOLOv5's for boxes that people look at. */
const SHOWN_CONF = 0.25;

const isFraction = { check: (value: number) => value >= 0 && value <= 1, expected: "a number from 0 to 1" };
const isCount = {
  check: (value: number) => Number.isInteger(value) && value > 0,
  expected: "a whole number above 0",
};

function namesOf(config: ConfigReader): readonly string[] | undefined {
  const names = config.list("names");
  if (!names) return undefined;
  const texts = names.filter((name) => typeof name === "string" || typeof name === "number").map(String);
  return texts.length === names.length ? texts : config.fail("names", "a list of names, one a class");
}

function classCountOf(config: ConfigReader, names: readonly string[] | undefined): number {
  if (config.get("nc") === undefined && !names)
    return config.fail("nc", "the number of classes the model tells apart");
  const count = config.number("nc", names?.length ?? 0, isCount);
  if (names && names.length !== count) config.fail("names", `${count} names, as "nc" says`);
  return count;
}

/** Pairs of numbers, in lists of any depth: one list a level, one a pair, or one of all. */
function anchorsOf(config: ConfigReader): Anchor[] {
  const numbers = ((config.list("anchors") ?? []) as unknown[]).flat(3).map(Number);
  if (numbers.length % 2 !== 0 || numbers.some((value) => !(value > 0 && Number.isFinite(value))))
    config.fail("anchors", "widths and heights in pixels, by turns");
  return Array.from({ length: numbers.length / 2 }, (_, i) => [numbers[2 * i]!, numbers[2 * i + 1]!]);
}

/** Whether an entry of "input-configs" is of a detector: it says what only detectors have. */
export function isDetection(config: ConfigReader): boolean {
  return config.flag("is_yolo") || ["anchors", "nc", "decoder"].some((key) => config.get(key) !== undefined);
}

/** @throws ConfigError naming the key. */
export function readDetectionSettings(config: ConfigReader): DetectionSettings {
  const names = namesOf(config);
  const confThreshold = config.number("conf_thres", DEFAULT_CONF, isFraction);
  return {
    classCount: classCountOf(config, names),
    names,
    anchors: anchorsOf(config),
    confThreshold,
    shownFrom: confThreshold > DEFAULT_CONF ? confThreshold : SHOWN_CONF,
    iouThreshold: config.number("iou_thres", 0.6, isFraction),
    maxDetections: config.number("max_det", 300, isCount),
    decoder: config.text("decoder"),
    calculatesAccuracy: config.flag("calculate_acc"),
    drawsBoxes: config.flag("draw_box"),
  };
}
