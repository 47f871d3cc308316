/** yolo_box: boxes and scores of a YOLOv3 head (yolo_box_kernel). Stays float, as all of detection. */
import { attr } from "../../../graph/attributes.ts";
import type { OpContext } from "../context.ts";

interface Head {
  readonly anchors: number;
  readonly classes: number;
  /** [batch, anchors, 5 + classes, height, width]. */
  readonly grid: string;
  /** Of every anchor, [batch, anchors, 1, height, width]; of heads that predict their IoU. */
  readonly overlap: string | undefined;
  /** Shape of the input, an int64 vector. */
  readonly shape: string;
}

const FAR = Number.MAX_SAFE_INTEGER;

function part(
  ctx: OpContext,
  value: string,
  place: readonly [axis: number, from: number, to: number],
): string {
  const [axis, from, to] = place;
  return ctx.step(
    "Slice",
    [value, ctx.ints("from", [from]), ctx.ints("to", [to]), ctx.ints("axis", [axis])],
    "part",
  );
}

/** Channels as anchors by numbers, the size carried over. */
function anchored(
  ctx: OpContext,
  value: string,
  [anchors, numbers, shape]: readonly [number, number, string],
): string {
  const sizes = part(ctx, shape, [0, 2, 4]);
  const split = ctx.step("Concat", [ctx.ints("anchors", [0, anchors, numbers]), sizes], "split", {
    axis: attr.int(0),
  });
  return ctx.step("Reshape", [value, split], "anchored");
}

function headOf(ctx: OpContext): Head {
  const x = ctx.input("X");
  const [anchors, classes] = [ctx.numbers("anchors").length / 2, ctx.number("class_num", 1)];
  const shape = ctx.step("Shape", [x.value], "shape");
  const isAware = ctx.flag("iou_aware", false);
  const rest = isAware ? part(ctx, x.value, [1, anchors, FAR]) : x.value;
  return {
    anchors,
    classes,
    shape,
    grid: anchored(ctx, rest, [anchors, 5 + classes, shape]),
    overlap: isAware ? anchored(ctx, part(ctx, x.value, [1, 0, anchors]), [anchors, 1, shape]) : undefined,
  };
}

/** Height or width as a float scalar. */
function sizeOf(ctx: OpContext, shape: string, axis: number): string {
  const size = ctx.step("Gather", [shape, ctx.scalar("axis", axis, "int64")], "size");
  return ctx.cast(size, "float32", "sizeFloat");
}

interface Axis {
  /** Which of the numbers of an anchor: 0 for x, 1 for y. */
  readonly at: 0 | 1;
  /** Of the image, [batch, 1, 1, 1, 1]. */
  readonly image: string;
  readonly size: string;
}

/** Centre and half the extent of the boxes along one axis, in pixels of the image. */
function extent(
  ctx: OpContext,
  { grid, anchors }: Head,
  { at, image, size }: Axis,
): [centre: string, half: string] {
  const scale = ctx.number("scale_x_y", 1);
  const sigmoid = ctx.step("Sigmoid", [part(ctx, grid, [2, at, at + 1])], "offset");
  const scaled = ctx.step("Mul", [sigmoid, ctx.scalar("scale", scale)], "scaled");
  const offset = ctx.step("Add", [scaled, ctx.scalar("bias", -0.5 * (scale - 1))], "biased");
  const counted = ctx.step("Range", [ctx.scalar("zero", 0), size, ctx.scalar("one", 1)], "cells");
  const cells = ctx.reshaped(counted, at === 0 ? [1, 1, 1, 1, -1] : [1, 1, 1, -1, 1], "cell");
  const place = ctx.step("Div", [ctx.step("Add", [offset, cells], "place"), size], "share");
  const ratio = ctx.number("downsample_ratio", 32);
  const lengths = ctx.numbers("anchors").filter((_, i) => i % 2 === at);
  const halves = ctx.floats(
    "anchor",
    lengths.map((length) => length / ratio / 2),
    [1, anchors, 1, 1, 1],
  );
  const grown = ctx.step("Exp", [part(ctx, grid, [2, 2 + at, 3 + at])], "growth");
  const half = ctx.step("Div", [ctx.step("Mul", [grown, halves], "half"), size], "halfShare");
  return [ctx.step("Mul", [place, image], "centre"), ctx.step("Mul", [half, image], "halfPixels")];
}

/** sigmoid(objectness), with the predicted IoU: sigmoid^(1 - f) iou^f. */
function confidence(ctx: OpContext, { grid, overlap }: Head): string {
  const plain = ctx.step("Sigmoid", [part(ctx, grid, [2, 4, 5])], "confidence");
  if (!overlap) return plain;
  const factor = ctx.number("iou_aware_factor", 0.5);
  const iou = ctx.step("Sigmoid", [overlap], "iou");
  const own = ctx.step("Pow", [plain, ctx.scalar("own", 1 - factor)], "ownPart");
  return ctx.step("Mul", [own, ctx.step("Pow", [iou, ctx.scalar("other", factor)], "iouPart")], "both");
}

/** Within the image, as far as clip_bbox asks for. */
function clipped(ctx: OpContext, [low, high, image]: readonly [string, string, string]): [string, string] {
  if (!ctx.flag("clip_bbox", true)) return [low, high];
  const last = ctx.step("Sub", [image, ctx.scalar("one", 1)], "last");
  return [ctx.step("Max", [low, ctx.scalar("zero", 0)], "low"), ctx.step("Min", [high, last], "high")];
}

/** [batch, anchors, numbers, height, width] → [batch, anchors height width, numbers]. */
function listed(ctx: OpContext, value: string, [numbers, slot]: readonly [number, string]) {
  const moved = ctx.transposed(value, [0, 1, 3, 4, 2], "moved");
  ctx.emit("Reshape", [moved, ctx.ints("list", [0, -1, numbers])], {}, slot);
}

export function yoloBox(ctx: OpContext) {
  const head = headOf(ctx);
  const sizes = ctx.as(ctx.input("ImgSize"), "float32", "imageSize");
  const axes = ([0, 1] as const).map((at): Axis => {
    const image = ctx.reshaped(part(ctx, sizes, [1, 1 - at, 2 - at]), [-1, 1, 1, 1, 1], "image");
    return { at, image, size: sizeOf(ctx, head.shape, 3 - at) };
  });
  const ends = axes.map((axis) => {
    const [centre, half] = extent(ctx, head, axis);
    const [low, high] = [ctx.step("Sub", [centre, half], "low"), ctx.step("Add", [centre, half], "high")];
    return clipped(ctx, [low, high, axis.image]);
  });
  const [[left, right], [top, bottom]] = ends as [[string, string], [string, string]];
  const boxes = ctx.step("Concat", [left, top, right, bottom], "boxes", { axis: attr.int(2) });
  const sure = confidence(ctx, head);
  const isSure = ctx.step(
    "GreaterOrEqual",
    [sure, ctx.scalar("threshold", ctx.number("conf_thresh", 0.01))],
    "isSure",
  );
  const kept = ctx.cast(isSure, "float32", "kept");
  const classes = ctx.step("Sigmoid", [part(ctx, head.grid, [2, 5, FAR])], "classes");
  const scores = ctx.step("Mul", [classes, ctx.step("Mul", [sure, kept], "sureOnly")], "scores");
  listed(ctx, ctx.step("Mul", [boxes, kept], "boxesKept"), [4, "Boxes"]);
  listed(ctx, scores, [head.classes, "Scores"]);
}
