/**
 * multiclass_nms: the boxes of each class that are not covered by a better one (multiclass_nms3_kernel) → NonMaxSuppression, then the best
 * keep_top_k. Rows are [class, score, x1, y1, x2, y2], by class and falling score. nms_top_k limits what a class yields, where Paddle limits what it
 * looks at: they differ only where more candidates than nms_top_k pass the score threshold.
 */
import { attr } from "../../../graph/attributes.ts";
import type { OpContext, Operand } from "../context.ts";

function refuseOdd(ctx: OpContext, boxes: Operand) {
  if (ctx.number("nms_eta", 1) !== 1) ctx.refuse(`nms_eta ${ctx.number("nms_eta", 1)}`);
  if (ctx.optional("RoisNum")) ctx.refuse("boxes of several images in one list (RoisNum)");
  if (boxes.dims.length !== 3) ctx.refuse("boxes of a class of their own");
  const isLimited = ctx.number("keep_top_k", -1) >= 0;
  if (isLimited && boxes.dims[0]! > 1) ctx.refuse("keep_top_k and a batch above 1");
}

/** Without normalisation a box reaches one pixel further. */
function measured(ctx: OpContext, boxes: Operand): string {
  if (ctx.flag("normalized", true)) return boxes.value;
  return ctx.step("Add", [boxes.value, ctx.floats("pixel", [0, 0, 1, 1])], "measured");
}

/** Rows of [image, class, box] of what is left. */
function selected(ctx: OpContext, boxes: Operand, scores: Operand): string {
  const most = ctx.number("nms_top_k", -1);
  const limits = [
    ctx.scalar("most", most < 0 ? 0x7fffffff : most, "int64"),
    ctx.scalar("iou", ctx.number("nms_threshold", 0.3)),
    ctx.scalar("score", ctx.number("score_threshold", 0)),
  ];
  const all = ctx.step("NonMaxSuppression", [measured(ctx, boxes), scores.value, ...limits], "all");
  const background = ctx.number("background_label", 0);
  if (background < 0) return all;
  const isBackground = ctx.step(
    "Equal",
    [column(ctx, all, 1), ctx.scalar("background", background, "int64")],
    "is",
  );
  const isClass = ctx.step("Not", [isBackground], "isClass");
  return ctx.step("Compress", [all, isClass], "classes", { axis: attr.int(0) });
}

/** A column of the rows, as a vector. */
function column(ctx: OpContext, rows: string, at: number): string {
  return ctx.step("Gather", [rows, ctx.scalar("column", at, "int64")], "column", { axis: attr.int(1) });
}

/** The best keep_top_k rows, in their order. */
function best(ctx: OpContext, rows: string, scores: string): string {
  const most = ctx.number("keep_top_k", -1);
  if (most < 0) return rows;
  const count = ctx.step("Shape", [scores], "count");
  const k = ctx.step("Min", [count, ctx.ints("most", [most])], "k");
  const [, places] = ctx.graph.nodes("TopK", [scores, k], [ctx.inner("best"), ctx.inner("places")]);
  const [ordered] = ctx.graph.nodes("TopK", [places!, k], [ctx.inner("ordered"), ctx.inner("unused")], {
    largest: attr.int(0),
  });
  return ctx.step("Gather", [rows, ordered!], "best", { axis: attr.int(0) });
}

/** The score of every row. */
function scoresOf(ctx: OpContext, rows: string, scores: Operand): string {
  return ctx.step("GatherND", [scores.value, rows], "scoresOf");
}

/** How many rows each image has. */
function counts(ctx: OpContext, images: string, boxes: Operand): string {
  const size = ctx.step("Shape", [boxes.value], "batch", { start: attr.int(0), end: attr.int(1) });
  const numbers = ["zero", "batch", "one"].map((what, i) =>
    i === 1 ? ctx.reshaped(size, [], what) : ctx.scalar(what, i === 0 ? 0 : 1, "int64"),
  );
  const each = ctx.reshaped(ctx.step("Range", numbers, "each"), [-1, 1], "eachRow");
  const isOwn = ctx.step(
    "Equal",
    [each, ctx.step("Unsqueeze", [images, ctx.ints("front", [0])], "row")],
    "isOwn",
  );
  const ones = ctx.cast(isOwn, "int32", "ones");
  return ctx.step("ReduceSum", [ones, ctx.ints("axis", [1])], "counts", { keepdims: attr.int(0) });
}

/** The number of each box among those of all images. */
function indexOf(ctx: OpContext, [images, places]: readonly [string, string], boxes: Operand): string {
  const each = ctx.step("Shape", [boxes.value], "boxes", { start: attr.int(1), end: attr.int(2) });
  const before = ctx.step("Mul", [images, each], "before");
  return ctx.reshaped(ctx.step("Add", [before, places], "index"), [-1, 1], "indexColumn");
}

export function multiclassNms(ctx: OpContext) {
  const [boxes, scores] = [ctx.input("BBoxes"), ctx.input("Scores")];
  refuseOdd(ctx, boxes);
  const all = selected(ctx, boxes, scores);
  const rows = best(ctx, all, scoresOf(ctx, all, scores));
  const [images, classes, places] = [0, 1, 2].map((at) => column(ctx, rows, at)) as [string, string, string];
  const pairs = [images, places].map((value) => ctx.reshaped(value, [-1, 1], "one"));
  const where = ctx.step("Concat", pairs, "where", { axis: attr.int(1) });
  const columns = [
    ctx.reshaped(ctx.cast(classes, "float32", "class"), [-1, 1], "classColumn"),
    ctx.reshaped(scoresOf(ctx, rows, scores), [-1, 1], "scoreColumn"),
    ctx.step("GatherND", [boxes.value, where], "boxesOf"),
  ];
  ctx.emit("Concat", columns, { axis: attr.int(1) });
  if (ctx.isUsed("Index")) {
    ctx.bind(ctx.cast(indexOf(ctx, [images, places], boxes), ctx.output("Index").dtype, "indices"), "Index");
  }
  if (ctx.isUsed("NmsRoisNum")) ctx.bind(counts(ctx, images, boxes), "NmsRoisNum");
}
