import { attr } from "../../../graph/attributes.ts";
import type { Convert } from "../convert.ts";
import type { Emitter } from "../emitter.ts";
import { isAllKnown } from "../fold.ts";
import { attrBool, attrInt, attrString } from "../node.ts";
import { rankedDims } from "../settle.ts";
import { channelsFirst, Refused, type TensorValue } from "../value.ts";
import { cropAndResize } from "./crop.ts";

const IMAGE = channelsFirst(4);

/** Where a pixel of the result lies in the source. */
function coordinates(isAligned: boolean, isHalfPixel: boolean): string {
  if (isAligned) return "align_corners";
  return isHalfPixel ? "half_pixel" : "asymmetric";
}

/** Sizes of all axes, as Resize wants them: the batch's is read off where it is open. */
function allSizes(image: TensorValue, size: TensorValue, to: Emitter): TensorValue | string {
  const [batch, , , channels] = image.dims!;
  const whole = [batch, channels, ...(size.known ?? [null])];
  if (whole.every((one) => one !== null && one !== undefined)) return to.ints(whole as number[], "sizes");
  const shape = to.emit("Shape", [image], { dtype: "int64", dims: [2] }, { end: attr.int(2) }, "shape");
  const wanted = isAllKnown(size.known) ? to.ints(size.known, "size") : to.asInt64(size, "size");
  return to.emit("Concat", [shape, wanted], { dtype: "int64", dims: [4] }, { axis: attr.int(0) }, "sizes");
}

/** The nearest pixel: rounded with aligned corners; with half pixels floor(x + 0.5), in coordinates that ONNX puts half a pixel lower. */
const resize =
  (mode: "linear" | "nearest" | "cubic"): Convert =>
  (node, [x, size], to) => {
    const dims = rankedDims(x!, "an image");
    const isAligned = attrBool(node, "align_corners", false);
    const isHalfPixel = attrBool(node, "half_pixel_centers", false);
    const [height = null, width = null] = size!.known ?? [];
    // The original answers in float32 but for the nearest pixel.
    const image = to.arrange(mode === "nearest" ? x! : to.cast(x!, "float32", "float32"), IMAGE);
    const type = { dtype: image.dtype, dims: [dims[0]!, height, width, dims[3]!], perm: IMAGE };
    return to.emit("Resize", [image, "", "", allSizes(image, size!, to)], type, {
      mode: attr.string(mode),
      coordinate_transformation_mode: attr.string(coordinates(isAligned, isHalfPixel)),
      ...(mode === "nearest"
        ? { nearest_mode: attr.string(isAligned || isHalfPixel ? "round_prefer_ceil" : "floor") }
        : {}),
      ...(mode === "cubic"
        ? {
            cubic_coeff_a: attr.float(isHalfPixel ? -0.5 : -0.75),
            exclude_outside: attr.int(isHalfPixel ? 1 : 0),
          }
        : {}),
    });
  };

/** Blocks lie in the channels as [block row, block column, channel], which ONNX calls DCR. */
const blocks =
  (op: "DepthToSpace" | "SpaceToDepth"): Convert =>
  (node, [x], to) => {
    if (attrString(node, "data_format", "NHWC") !== "NHWC")
      throw new Refused(`${op} with the channels first`);
    const block = attrInt(node, "block_size", 2);
    const [n, h, w, c] = rankedDims(x!, "an image") as readonly (number | null)[];
    const scaled = (size: number | null | undefined, by: number) =>
      size === null || size === undefined ? null : size * by;
    const factor = op === "DepthToSpace" ? block : 1 / block;
    const dims = [n!, scaled(h, factor), scaled(w, factor), scaled(c, 1 / (factor * factor))];
    const attrs = {
      blocksize: attr.int(block),
      ...(op === "DepthToSpace" ? { mode: attr.string("DCR") } : {}),
    };
    return to.emit(op, [to.arrange(x!, IMAGE)], { dtype: x!.dtype, dims, perm: IMAGE }, attrs);
  };

export const IMAGING: Readonly<Record<string, Convert>> = {
  CropAndResize: cropAndResize,
  DepthToSpace: blocks("DepthToSpace"),
  ResizeBicubic: resize("cubic"),
  ResizeBilinear: resize("linear"),
  ResizeNearestNeighbor: resize("nearest"),
  SpaceToDepth: blocks("SpaceToDepth"),
};
