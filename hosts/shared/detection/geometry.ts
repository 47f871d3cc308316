import type { PictureGeometry } from "../infer/configured/task.ts";
import type { Box } from "./boxes.ts";

const within = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

/**
 * Boxes in pixels of the model's input as boxes in pixels of the picture, cut at its edges. What has no area there is left out, and what has no finite
 * coordinates.
 */
export function ontoPicture<B extends Box>(
  boxes: readonly B[],
  { original, placement }: PictureGeometry,
): B[] {
  const [scaleX, scaleY] = [original.width / placement.width, original.height / placement.height];
  return boxes.flatMap((box) => {
    const x = within((box.x - placement.left) * scaleX, original.width);
    const y = within((box.y - placement.top) * scaleY, original.height);
    const width = within((box.x + box.width - placement.left) * scaleX, original.width) - x;
    const height = within((box.y + box.height - placement.top) * scaleY, original.height) - y;
    return width > 0 && height > 0 ? [{ ...box, x, y, width, height }] : [];
  });
}
