import type { ImageCodecs } from "./codecs.ts";
import { blank, type Picture, pixel, pixelsOf, type Size } from "./picture.ts";
import type { Letterbox } from "./settings.ts";

/** Where a picture lies in its letterbox. */
export interface Placement extends Size {
  readonly left: number;
  readonly top: number;
}

/**
 * As YOLOv5's letterbox: the largest size of the picture's proportions that fits, in the middle; a border that can't be halved is wider on the
 * right and at the bottom.
 */
export function placeInside(picture: Size, to: Size, enlarges: boolean): Placement {
  const fitting = Math.min(to.width / picture.width, to.height / picture.height);
  const ratio = enlarges ? fitting : Math.min(fitting, 1);
  const width = Math.max(1, Math.round(picture.width * ratio));
  const height = Math.max(1, Math.round(picture.height * ratio));
  return {
    width,
    height,
    left: Math.floor((to.width - width) / 2),
    top: Math.floor((to.height - height) / 2),
  };
}

/** A picture of an input's size, and where in it the given one lies. */
export interface Fitted {
  readonly picture: Picture;
  readonly placement: Placement;
}

/** The picture in the size `to`: stretched, or in a letterbox. `codecs` is asked for where it has to be resized. */
export async function fitPicture(
  picture: Picture,
  to: Size,
  letterbox: Letterbox | undefined,
  codecs: () => Promise<ImageCodecs>,
): Promise<Fitted> {
  const resized = async (size: Size) =>
    picture.width === size.width && picture.height === size.height
      ? picture
      : (await codecs()).resize(picture, size);
  if (!letterbox)
    return { picture: await resized(to), placement: { left: 0, top: 0, width: to.width, height: to.height } };
  const placement = placeInside(picture, to, letterbox.enlarges);
  const { left, top, width, height } = placement;
  const inner = pixelsOf(await resized({ width, height }));
  const { padding } = letterbox;
  const boxed = blank(to);
  const pixels = pixelsOf(boxed).fill(pixel(padding, padding, padding));
  for (let y = 0; y < height; y++)
    pixels.set(inner.subarray(y * width, (y + 1) * width), (top + y) * to.width + left);
  return { picture: boxed, placement };
}
