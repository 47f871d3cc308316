/**
 * SSD's last layer (detection_output_layer.cpp, bbox_util.cpp): boxes decoded, then for each class the best `top_k` above the threshold,
 * without those that overlap a better one, then the best `keep_top_k` of the image: rows of image, label, score and corners.
 * Where nothing is found there are no rows; Caffe writes one row of -1 an image.
 */
import { attr } from "../../../graph/attributes.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";
import type { Fields } from "../text/fields.ts";

const CODES = { CORNER: 1, CENTER_SIZE: 2, CORNER_SIZE: 3 };
/** Each image becomes two dozen nodes. */
const MOST_IMAGES = 256;
/** What takes a score out of the running: below any threshold on a probability, and no magnitude that would spoil a scale. */
const OUT = -1;

interface Detection {
  readonly images: number;
  readonly classes: number;
  readonly priors: number;
  /** Boxes of a place: one, or one a class. */
  readonly boxes: number;
  /** Scores up to it don't count. */
  readonly threshold: number;
  readonly param: Fields;
}

function detectionOf(ctx: LayerContext): Detection {
  const param = ctx.param("detection_output_param");
  const [loc, conf, priors] = [0, 1, 2].map((i) => ctx.bottom(i).dims) as [number[], number[], number[]];
  const classes = param.int("num_classes", 0);
  const boxes = param.bool("share_location", true) ? 1 : classes;
  const count = priors[2]! / 4;
  const [images = 1, ...rest] = loc;
  const numbers = (dims: readonly number[]) => dims.reduce((product, dim) => product * dim, 1);
  if (classes < 1 || numbers(rest) !== count * boxes * 4 || numbers(conf.slice(1)) !== count * classes) {
    throw ctx.broken(
      `has ${count} priors, ${classes} classes, ${numbers(rest)} box numbers and ${numbers(conf.slice(1))} scores, which do not fit`,
    );
  }
  const threshold = param.float("confidence_threshold", 0);
  if (threshold <= OUT)
    ctx.refuse("DetectionOutput with a confidence_threshold for scores that are no probabilities");
  return { images, classes, priors: count, boxes, threshold, param };
}

/** [..., 4] → its first and last two. */
function halves(ctx: LayerContext, value: string, what: string): [string, string] {
  const names = [ctx.inner(`${what}a`), ctx.inner(`${what}b`)];
  const attrs = { axis: attr.int(-1), num_outputs: attr.int(2) };
  return ctx.graph.nodes("Split", [value], names, attrs) as [string, string];
}

/** Corners and variances of the priors, [priors, 1, 4] each. */
function priorParts(ctx: LayerContext, { priors }: Detection): [corners: string, variances: string] {
  const names = [ctx.inner("corners"), ctx.inner("variances")];
  const rows = ctx.reshaped(ctx.bottom(2), [2, priors, 1, 4], "priors");
  const attrs = { axis: attr.int(0), num_outputs: attr.int(2) };
  const parts = ctx.graph.nodes("Split", [rows], names, attrs);
  const axes = ctx.ints("first", [0]);
  return parts.map((part, i) => ctx.step("Squeeze", [part, axes], `prior${i}`)) as [string, string];
}

/** Offsets → boxes, [images, priors, boxes, 4]. */
function decoded(ctx: LayerContext, detection: Detection): string {
  const { images, priors, boxes, param } = detection;
  const code = param.member("code_type", CODES, "CORNER");
  const [corners, variances] = priorParts(ctx, detection);
  const raw = ctx.reshaped(ctx.bottom(0), [images, priors, boxes, 4], "offsets");
  const isScaled = param.bool("variance_encoded_in_target", false);
  const offsets = isScaled ? raw : ctx.step("Mul", [raw, variances], "scaled");
  if (code === "CORNER") return ctx.step("Add", [offsets, corners], "boxes");
  const [low, high] = halves(ctx, corners, "corner");
  const size = ctx.step("Sub", [high, low], "size");
  const last = { axis: attr.int(-1) };
  if (code === "CORNER_SIZE") {
    const both = ctx.step("Concat", [size, size], "sizes", last);
    return ctx.step("Add", [ctx.step("Mul", [offsets, both], "moved"), corners], "boxes");
  }
  const half = ctx.scalar("half", 0.5);
  const middle = ctx.step("Mul", [ctx.step("Add", [low, high], "sum"), half], "middle");
  const [shift, grow] = halves(ctx, offsets, "offset");
  const centre = ctx.step("Add", [ctx.step("Mul", [shift, size], "shift"), middle], "centre");
  const extent = ctx.step("Mul", [ctx.step("Exp", [grow], "grown"), size], "extent");
  const side = ctx.step("Mul", [extent, half], "side");
  const ends = ["Sub", "Add"].map((op) => ctx.step(op, [centre, side], op.toLowerCase()));
  return ctx.step("Concat", ends, "boxes", last);
}

/** Scores [images, classes, priors] with the background and what is not among the best `top_k` of its class out of the running. */
function runningScores(ctx: LayerContext, { images, classes, priors, param }: Detection): string {
  const out = ctx.scalar("out", OUT);
  const rows = ctx.reshaped(ctx.bottom(1), [images, priors, classes], "rows");
  let scores = ctx.transposed(rows, [0, 2, 1], "scores");
  const background = param.int("background_label_id", 0);
  if (background >= 0 && background < classes) {
    const flags = Uint8Array.from({ length: classes }, (_, c) => (c === background ? 1 : 0));
    const isBackground = ctx.graph.constant(ctx.inner("background"), tensor("bool", [1, classes, 1], flags));
    scores = ctx.step("Where", [isBackground, out, scores], "objects");
  }
  const best = param.message("nms_param").int("top_k", -1);
  if (best < 0 || best >= priors) return scores;
  const names = [ctx.inner("best"), ctx.inner("bestindex")];
  const [values] = ctx.graph.nodes("TopK", [scores, ctx.ints("topk", [best])], names, { axis: attr.int(2) });
  const worst = ctx.step("Gather", [values!, ctx.ints("worst", [best - 1])], "bound", { axis: attr.int(2) });
  return ctx.step("Where", [ctx.step("GreaterOrEqual", [scores, worst], "isbest"), scores, out], "running");
}

/** One value an image, [1, ...]. */
function eachImage(ctx: LayerContext, value: string, images: number, what: string): string[] {
  if (images === 1) return [value];
  const names = Array.from({ length: images }, (_, i) => ctx.inner(`${what}${i}`));
  return ctx.graph.nodes("Split", [value], names, { axis: attr.int(0), num_outputs: attr.int(images) });
}

/** Which of the chosen to keep, in their order: those with the `most` best scores. */
function kept(ctx: LayerContext, scores: string, most: number): string {
  const count = ctx.step("Min", [ctx.step("Shape", [scores], "count"), ctx.ints("most", [most])], "keep");
  const names = (what: string) => [ctx.inner(`${what}value`), ctx.inner(what)];
  const [, best] = ctx.graph.nodes("TopK", [scores, count], names("best"), { axis: attr.int(0) });
  const sorted = { axis: attr.int(0), largest: attr.int(0) };
  const [inOrder] = ctx.graph.nodes("TopK", [best!, count], names("order"), sorted);
  return inOrder!;
}

/** What is left of an image's boxes: class and prior of each, and the place of its score among all of the image. */
interface Chosen {
  readonly label: string;
  readonly prior: string;
  readonly flat: string;
}

const shaped = (ctx: LayerContext, value: string, dims: readonly number[], what: string): string =>
  ctx.step("Reshape", [value, ctx.ints("shape", dims)], what);

/** Boxes are [1, boxes, priors, 4], scores [1, classes, priors]. */
function chosenOf(ctx: LayerContext, detection: Detection, boxes: string, scores: string): Chosen {
  const { classes, priors, param, threshold } = detection;
  const isShared = detection.boxes === 1;
  const limits = [
    ctx.ints("limit", [priors]),
    ctx.scalar("overlap", param.message("nms_param").float("nms_threshold", 0.3)),
    ctx.scalar("threshold", threshold),
  ];
  // One set of boxes for all classes, or each class as an image of its own.
  const planes = shaped(ctx, boxes, [detection.boxes, priors, 4], "planes");
  const chances = isShared ? scores : shaped(ctx, scores, [classes, 1, priors], "chances");
  const chosen = ctx.step("NonMaxSuppression", [planes, chances, ...limits], "chosen");
  const column = (i: number, what: string) => {
    const index = tensor("int64", [], BigInt64Array.of(BigInt(i)));
    const at = ctx.graph.constant(ctx.inner("column"), index);
    return ctx.step("Gather", [chosen, at], what, { axis: attr.int(1) });
  };
  const [label, prior] = [column(isShared ? 1 : 0, "label"), column(2, "prior")];
  const base = ctx.step("Mul", [label, ctx.ints("priors", [priors])], "base");
  return { label, prior, flat: ctx.step("Add", [base, prior], "flat") };
}

/** Rows [found, 7] of one image. */
function rowsOf(
  ctx: LayerContext,
  detection: Detection,
  [image, boxes, scores]: readonly [number, string, string],
): string {
  const { classes, priors, param } = detection;
  const { label, prior, flat } = chosenOf(ctx, detection, boxes, scores);
  const allScores = shaped(ctx, scores, [classes * priors], "flatscores");
  const allBoxes = shaped(ctx, boxes, [detection.boxes * priors, 4], "flatboxes");
  const score = ctx.step("Gather", [allScores, flat], "score");
  const box = ctx.step("Gather", [allBoxes, detection.boxes === 1 ? prior : flat], "box");
  const most = param.int("keep_top_k", -1);
  const order = most < 0 ? undefined : kept(ctx, score, most);
  const [labels, found, corners] = [label, score, box].map((part, i) =>
    order ? ctx.step("Gather", [part, order], `part${i}`) : part,
  ) as [string, string, string];
  const numbers = ctx.step("Cast", [labels], "numbers", { to: attr.int(1) });
  const nothing = ctx.step("Mul", [numbers, ctx.scalar("zero", 0)], "nothing");
  const images = ctx.step("Add", [nothing, ctx.scalar("image", image)], "images");
  const axes = ctx.ints("axes", [1]);
  const columns = [images, numbers, found].map((one) => ctx.step("Unsqueeze", [one, axes], "column"));
  return ctx.step("Concat", [...columns, corners], "found", { axis: attr.int(1) });
}

const detectionOutput: LayerConverter = (ctx): Blob[] => {
  const detection = detectionOf(ctx);
  const { images, param } = detection;
  if (images > MOST_IMAGES) ctx.refuse(`DetectionOutput of more than ${MOST_IMAGES} images`);
  const eta = param.message("nms_param").float("eta", 1);
  if (eta !== 1) ctx.refuse("DetectionOutput with eta below 1");
  const boxes = ctx.transposed(decoded(ctx, detection), [0, 2, 1, 3], "turned");
  const scores = eachImage(ctx, runningScores(ctx, detection), images, "imagescores");
  const rows = eachImage(ctx, boxes, images, "imageboxes").map((one, i) =>
    rowsOf(ctx, detection, [i, one, scores[i]!]),
  );
  const all = rows.length === 1 ? rows[0]! : ctx.step("Concat", rows, "all", { axis: attr.int(0) });
  return [ctx.top("Unsqueeze", [all, ctx.ints("axes", [0, 1])], [1, 1, -1, 7])];
};

export const DETECTION = { DetectionOutput: detectionOutput } as const satisfies Record<
  string,
  LayerConverter
>;
