import { attr } from "../../../graph/attributes.ts";
import { tensor } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";
import type { Fields } from "../text/fields.ts";

/** Sizes that Interp makes (interp_layer.cpp of DeepLab and PSPNet): by factors that keep the corners, given, or those of a second bottom. */
function interpSizes(ctx: LayerContext, param: Fields, sizes: readonly number[]): number[] {
  const [zoom, shrink] = [param.int("zoom_factor", undefined), param.int("shrink_factor", undefined)];
  const [height, width] = [param.int("height", undefined), param.int("width", undefined)];
  const like = ctx.bottoms[1];
  if (like) return like.dims.slice(2);
  if (zoom !== undefined || shrink !== undefined) {
    return sizes
      .map((size) => (shrink === undefined ? size : Math.floor((size - 1) / shrink) + 1))
      .map((size) => (zoom === undefined ? size : size + (size - 1) * (zoom - 1)));
  }
  if (height !== undefined && width !== undefined) return [height, width];
  throw ctx.broken("has no height and width, zoom_factor or shrink_factor");
}

/** Bilinear, corners on corners. */
const interp: LayerConverter = (ctx) => {
  const param = ctx.param("interp_param");
  const { value, dims } = ctx.bottom();
  const [begin, end] = [param.int("pad_beg", 0), param.int("pad_end", 0)];
  if (begin > 0 || end > 0) ctx.refuse("Interp with positive padding");
  const inside = dims.slice(2).map((size) => size + begin + end);
  const cut = begin === 0 && end === 0 ? value : cropped(ctx, [-begin, end]);
  const out = [...dims.slice(0, 2), ...interpSizes(ctx, param, inside)];
  const attributes = {
    mode: attr.string("linear"),
    coordinate_transformation_mode: attr.string("align_corners"),
  };
  return [ctx.top("Resize", [cut, "", "", ctx.ints("sizes", out)], out, attributes)];
};

function cropped(ctx: LayerContext, [begin, end]: readonly [number, number]): string {
  const { value, dims } = ctx.bottom();
  const ends = dims.slice(2).map((size) => size + end);
  const bounds = [ctx.ints("starts", [begin, begin]), ctx.ints("ends", ends), ctx.ints("axes", [2, 3])];
  return ctx.step("Slice", [value, ...bounds], "cut");
}

/** Every maximum back where the Pooling layer of the mask found it, 0 elsewhere (SegNet, Badrinarayanan et al. 2017). */
function unpooled(ctx: LayerContext, mask: Blob): Blob[] {
  const param = ctx.param("upsample_param");
  const { value, dims } = ctx.bottom();
  if (!mask.maskOf) ctx.refuse("Upsample by a second bottom that is no mask of a Pooling layer");
  const scale = param.int("scale", 2);
  const sizes = ["upsample_h", "upsample_w"].map((name, i) => param.int(name, dims[2 + i]! * scale));
  const { dims: out, windows } = mask.maskOf;
  if (sizes.join("x") !== out.slice(2).join("x"))
    ctx.refuse("Upsample to another size than that of the pooled blob");
  return [ctx.top("MaxUnpool", [value, mask.value, ctx.ints("shape", out)], out, windows)];
}

/** Every number `scale` times along both axes, as YOLO's forks have it. */
function upsample(ctx: LayerContext): Blob[] {
  const mask = ctx.bottoms[1];
  if (mask) return unpooled(ctx, mask);
  const param = ctx.param("upsample_param");
  const { value, dims } = ctx.bottom();
  const scale = param.int("scale", undefined);
  if (scale === undefined || scale < 1 || dims.length !== 4) throw ctx.broken("has no scale, or no 4 axes");
  const [n, c, h, w] = dims as [number, number, number, number];
  const scales = tensor("float32", [4], Float32Array.of(1, 1, scale, scale));
  const attributes = {
    mode: attr.string("nearest"),
    nearest_mode: attr.string("floor"),
    coordinate_transformation_mode: attr.string("asymmetric"),
  };
  const factors = ctx.graph.constant(ctx.inner("scales"), scales);
  return [ctx.top("Resize", [value, "", factors], [n, c, h * scale, w * scale], attributes)];
}

/** A learned blob that is an input of other layers. */
function parameter(ctx: LayerContext): Blob[] {
  const dims = ctx.param("parameter_param").message("shape").ints("dim");
  return [{ value: ctx.weight(0, dims), dims }];
}

/** 0 where a sequence begins, 1 where it goes on: [steps, batch], for LSTM. */
function continuation(ctx: LayerContext): Blob[] {
  const param = ctx.param("continuation_indicator_param");
  const { dims } = ctx.bottom();
  const [steps, batch] = [param.int("time_step", dims[0]!), param.int("batch_size", dims[1] ?? 1)];
  const axis = param.int("axis", 0);
  if (axis !== 0) ctx.refuse("ContinuationIndicator along an axis other than 0");
  if (steps < 1 || batch < 1) throw ctx.broken(`has ${steps} steps of ${batch} sequences`);
  const data = new Float32Array(steps * batch).fill(1).fill(0, 0, batch);
  const value = ctx.graph.constant(ctx.tops[0]!, tensor("float32", [steps, batch], data));
  return [{ value, dims: [steps, batch] }];
}

export const SOURCES = {
  Interp: interp,
  Upsample: upsample,
  Parameter: parameter,
  ContinuationIndicator: continuation,
} as const satisfies Record<string, LayerConverter>;
