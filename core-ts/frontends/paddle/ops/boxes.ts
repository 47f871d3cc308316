import { attr } from "../../../graph/attributes.ts";
import type { OpContext, Operand } from "../context.ts";

/** Shapes of the boxes at a point, as halves of width and height in pixels (prior_box_kernel). */
function halves(ctx: OpContext): [number, number][] {
  const [smallest, largest] = [ctx.numbers("min_sizes"), ctx.numbers("max_sizes")];
  const ratios = [1];
  for (const ratio of ctx.numbers("aspect_ratios")) {
    if (ratios.some((one) => Math.abs(one - ratio) < 1e-6)) continue;
    ratios.push(ratio);
    if (ctx.flag("flip", false)) ratios.push(1 / ratio);
  }
  return smallest.flatMap((size, i) => {
    const squares: [number, number][] = [[size / 2, size / 2]];
    const middle = largest.length > 0 ? Math.sqrt(size * largest[i]!) / 2 : undefined;
    const between: [number, number][] = middle === undefined ? [] : [[middle, middle]];
    const shapes = (list: readonly number[]) =>
      list.map((ratio): [number, number] => [(size * Math.sqrt(ratio)) / 2, size / Math.sqrt(ratio) / 2]);
    return ctx.flag("min_max_aspect_ratios_order", false)
      ? [...squares, ...between, ...shapes(ratios.slice(1))]
      : [...shapes(ratios), ...between];
  });
}

/** Boxes of all sizes and ratios at every point of a map, as shares of the image: constants. */
export function priorBox(ctx: OpContext) {
  const [map, image] = [ctx.input("Input"), ctx.input("Image")];
  const [height, width] = map.dims.slice(2) as [number, number];
  const [imageHeight, imageWidth] = image.dims.slice(2) as [number, number];
  if (Math.min(height, width, imageHeight, imageWidth) < 0)
    ctx.refuse("an open size (export with a fixed size)");
  const [stepX, stepY] = [
    ctx.number("step_w", 0) || imageWidth / width,
    ctx.number("step_h", 0) || imageHeight / height,
  ];
  const offset = ctx.number("offset", 0.5);
  const shapes = halves(ctx);
  const values: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [(column + offset) * stepX, (row + offset) * stepY];
      for (const [w, h] of shapes) {
        values.push((x - w) / imageWidth, (y - h) / imageHeight, (x + w) / imageWidth, (y + h) / imageHeight);
      }
    }
  }
  const within = ctx.flag("clip", false) ? values.map((v) => Math.min(Math.max(v, 0), 1)) : values;
  const dims = [height, width, shapes.length, 4];
  const spread = values.map((_, i) => ctx.numbers("variances")[i % 4]!);
  ctx.bind(ctx.floats("boxes", within, dims), "Boxes");
  ctx.bind(ctx.floats("variances", spread, dims), "Variances");
}

/** Columns of boxes: [.., 4] → four of [.., 1]. */
function sides(ctx: OpContext, value: string): string[] {
  const names = ["left", "top", "right", "bottom"].map((side) => ctx.inner(side));
  return ctx.graph.nodes("Split", [value], names, { axis: attr.int(-1), num_outputs: attr.int(4) });
}

interface Prior {
  readonly centre: string;
  readonly length: string;
}

function priorAlong(ctx: OpContext, low: string, high: string): Prior {
  const extra = ctx.flag("box_normalized", true) ? 0 : 1;
  const plain = ctx.step("Sub", [high, low], "length");
  const length = extra === 0 ? plain : ctx.step("Add", [plain, ctx.scalar("pixel", extra)], "pixels");
  const half = ctx.step("Mul", [length, ctx.scalar("half", 0.5)], "halfLength");
  return { centre: ctx.step("Add", [low, half], "centre"), length };
}

/** Variances of the priors: a tensor, four numbers, or none. */
function varianceOf(ctx: OpContext, raise: (value: string) => string): string {
  const given = ctx.optional("PriorBoxVar");
  const numbers = ctx.numbers("variance");
  if (given) return raise(given.value);
  return ctx.floats("variance", numbers.length === 4 ? numbers : [1, 1, 1, 1], [1, 1, 4]);
}

/** Deltas and priors → boxes (box_coder_kernel, decode_center_size); targets are [n, m, 4], priors [m, 4] or, for axis 1, [n, 4]. */
export function boxCoder(ctx: OpContext) {
  if (ctx.text("code_type", "encode_center_size") !== "decode_center_size") ctx.refuse("encoding");
  const [prior, target] = [ctx.input("PriorBox"), ctx.input("TargetBox")];
  const raise = (value: string): string =>
    ctx.step("Unsqueeze", [value, ctx.ints("axis", [ctx.number("axis", 0)])], "raised");
  const deltas = ctx.step("Mul", [target.value, varianceOf(ctx, raise)], "deltas");
  const [left, top, right, bottom] = sides(ctx, raise(prior.value)) as [string, string, string, string];
  const [dx, dy, dw, dh] = sides(ctx, deltas) as [string, string, string, string];
  const x = decoded(ctx, priorAlong(ctx, left, right), [dx, dw]);
  const y = decoded(ctx, priorAlong(ctx, top, bottom), [dy, dh]);
  ctx.emit("Concat", [x[0], y[0], x[1], y[1]], { axis: attr.int(-1) }, "OutputBox");
}

function decoded(
  ctx: OpContext,
  { centre, length }: Prior,
  [shift, growth]: readonly [string, string],
): [string, string] {
  const middle = ctx.step("Add", [ctx.step("Mul", [shift, length], "shift"), centre], "middle");
  const grown = ctx.step("Mul", [ctx.step("Exp", [growth], "growth"), length], "grown");
  const half = ctx.step("Mul", [grown, ctx.scalar("half", 0.5)], "half");
  const high = ctx.step("Add", [middle, half], "high");
  const isNormalized = ctx.flag("box_normalized", true);
  const last = isNormalized ? high : ctx.step("Sub", [high, ctx.scalar("pixel", 1)], "last");
  return [ctx.step("Sub", [middle, half], "low"), last];
}

/** The image of each region, out of how many each image has. */
function imagesOf(ctx: OpContext, x: Operand): string {
  const counts = ctx.optional("RoisNum");
  const rois = ctx.input("ROIs");
  const total = ctx.step("Shape", [rois.value], "rois", { start: attr.int(0), end: attr.int(1) });
  if (!counts && x.dims[0] !== 1) ctx.refuse("no RoisNum and a batch above 1");
  if (!counts) return ctx.step("Expand", [ctx.scalar("first", 0, "int64"), total], "images");
  const [zero, one] = [ctx.scalar("zero", 0, "int64"), ctx.scalar("one", 1, "int64")];
  const ends = ctx.step("CumSum", [ctx.as(counts, "int64", "counts"), zero], "ends");
  const each = ctx.step("Range", [zero, ctx.reshaped(total, [], "total"), one], "each");
  const isBehind = ctx.step("GreaterOrEqual", [ctx.reshaped(each, [-1, 1], "rows"), ends], "isBehind");
  const passed = ctx.cast(isBehind, "int64", "passed");
  return ctx.step("ReduceSum", [passed, ctx.ints("axis", [1])], "images", { keepdims: attr.int(0) });
}

export function roiAlign(ctx: OpContext) {
  const x = ctx.input("X");
  const aligned = ctx.flag("aligned", false);
  const attrs = {
    output_height: attr.int(ctx.number("pooled_height", 1)),
    output_width: attr.int(ctx.number("pooled_width", 1)),
    spatial_scale: attr.float(ctx.number("spatial_scale", 1)),
    sampling_ratio: attr.int(Math.max(0, ctx.number("sampling_ratio", -1))),
    coordinate_transformation_mode: attr.string(aligned ? "half_pixel" : "output_half_pixel"),
  };
  ctx.emit("RoiAlign", [x.value, ctx.input("ROIs").value, imagesOf(ctx, x)], attrs);
}
