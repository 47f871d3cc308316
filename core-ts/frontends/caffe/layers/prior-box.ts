/** SSD's default boxes (Liu et al. 2016; prior_box_layer.cpp): known once the sizes are, so a constant, in Caffe's float arithmetic. */
import { tensor } from "../../../tensor/tensor.ts";
import type { Blob, LayerContext, LayerConverter } from "../context.ts";
import type { Fields } from "../text/fields.ts";

/** A million boxes; SSD512 has 24564. */
const MOST_NUMBERS = 4_000_000;

const float = Math.fround;
const sqrt = (x: number): number => float(Math.sqrt(x));

/** Widths and heights of the boxes of one place, in the order of Caffe. */
function boxSizes(ctx: LayerContext, param: Fields): [width: number, height: number][] {
  const [smallest, largest] = [param.floats("min_size"), param.floats("max_size")];
  if (smallest.length === 0 || (largest.length > 0 && largest.length !== smallest.length)) {
    throw ctx.broken(`has ${smallest.length} min_size and ${largest.length} max_size`);
  }
  const flip = param.bool("flip", true);
  const ratios: number[] = [];
  for (const ratio of param.floats("aspect_ratio").map(float)) {
    if ([1, ...ratios].some((other) => Math.abs(ratio - other) < 1e-6)) continue;
    ratios.push(ratio, ...(flip ? [float(1 / ratio)] : []));
  }
  return smallest.flatMap((size, s) => {
    // Caffe holds both sizes as int.
    const min = Math.trunc(size);
    const max = largest[s];
    const between = max === undefined ? [] : [sqrt(min * Math.trunc(max))];
    return [
      ...[min, ...between].map((side): [number, number] => [side, side]),
      ...ratios.map((r): [number, number] => [float(min * sqrt(r)), float(min / sqrt(r))]),
    ];
  });
}

/** A pair given as one number or as _w and _h; undefined where the file has neither. */
function pairOf(param: Fields, both: string, single: string): [w: number, h: number] | undefined {
  const one = param.float(single, 0);
  const [w, h] = [param.float(`${both}_w`, one), param.float(`${both}_h`, one)];
  return w > 0 && h > 0 ? [w, h] : undefined;
}

function variancesOf(ctx: LayerContext, param: Fields): number[] {
  const given = param.floats("variance");
  if (given.length > 1 && given.length !== 4)
    throw ctx.broken(`has ${given.length} variance, expected 1 or 4`);
  const [one = 0.1] = given;
  return given.length === 4 ? given : [one, one, one, one];
}

const priorBox: LayerConverter = (ctx): Blob[] => {
  const param = ctx.param("prior_box_param");
  const [, , height = 1, width = 1] = ctx.bottom().dims;
  const [, , ...picture] = ctx.bottoms[1]?.dims ?? [];
  const image =
    pairOf(param, "img", "img_size") ?? (picture.length === 2 ? [picture[1]!, picture[0]!] : undefined);
  if (!image) throw ctx.broken("has no img_size, and no second bottom of 4 axes to take it from");
  const step = pairOf(param, "step", "step") ?? [image[0] / width, image[1] / height];
  const offset = float(param.float("offset", 0.5));
  const sizes = boxSizes(ctx, param);
  const variances = variancesOf(ctx, param);
  const isClipped = param.bool("clip", false);
  const count = height * width * sizes.length * 4;
  if (count > MOST_NUMBERS) throw ctx.broken(`makes ${count / 4} boxes on a map of ${height}x${width}`);
  const data = new Float32Array(2 * count);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const centre = [float((x + offset) * float(step[0])), float((y + offset) * float(step[1]))];
      for (const size of sizes) {
        for (let k = 0; k < 4; k++) {
          const [axis, sign] = [k % 2, k < 2 ? -1 : 1];
          const corner = (centre[axis]! + (sign * size[axis]!) / 2) / image[axis]!;
          data[count + at] = variances[k]!;
          data[at++] = isClipped ? Math.min(Math.max(corner, 0), 1) : corner;
        }
      }
    }
  }
  const dims = [1, 2, count];
  return [{ value: ctx.graph.constant(ctx.tops[0]!, tensor("float32", dims, data)), dims }];
};

export const PRIORS = { PriorBox: priorBox } as const satisfies Record<string, LayerConverter>;
