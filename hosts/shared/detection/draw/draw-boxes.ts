import { type Picture, pixel } from "../../images/picture.ts";
import type { Box, Detection } from "../boxes.ts";
import { Canvas } from "./canvas.ts";
import { textSize, writeText } from "./text.ts";

/** Degrees between the colours of neighbouring classes: the golden angle, so that no two of the first dozens are alike. */
const GOLDEN_ANGLE = 137.508;

/** A strong colour of its own for each class, 0..255 each (HSV with saturation 0.85 and value 1). */
function colorOf(classId: number): readonly [red: number, green: number, blue: number] {
  const hue = ((classId * GOLDEN_ANGLE) % 360) / 60;
  const part = (shift: number) => {
    const k = (shift + hue) % 6;
    return Math.round(255 * (1 - 0.85 * Math.max(0, Math.min(k, 4 - k, 1))));
  };
  return [part(5), part(3), part(1)];
}

/** Black on light colours, white on dark ones. */
function inkFor([red, green, blue]: readonly [number, number, number]): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? pixel(0, 0, 0) : pixel(255, 255, 255);
}

/** Lines and letters that are seen at the size at which a picture is looked at. */
function lookOf({ width, height }: Picture): { readonly thickness: number; readonly scale: number } {
  const side = (width + height) / 2;
  return { thickness: Math.max(1, Math.round(side * 0.004)), scale: Math.max(1, Math.round(side / 350)) };
}

/** On top of the box where there is room, else in it; not beyond the right edge. */
function labelPlace(box: Box, size: { width: number; height: number }, picture: Picture): Box {
  const y = box.y >= size.height ? box.y - size.height : box.y;
  const x = Math.max(0, Math.min(box.x, picture.width - size.width));
  return { x, y, ...size };
}

/** "face 0.93", or the class's number where it has no name. */
function labelOf({ classId, score }: Detection, names: readonly string[] | undefined): string {
  return `${names?.[classId] ?? classId} ${score.toFixed(2)}`;
}

/** Draws frames, names and scores into the picture, the surest on top. */
export function drawBoxes(
  picture: Picture,
  detections: readonly Detection[],
  names: readonly string[] | undefined,
): void {
  const canvas = new Canvas(picture);
  const { thickness, scale } = lookOf(picture);
  for (const detection of detections.toSorted((a, b) => a.score - b.score)) {
    const [x, y] = [Math.round(detection.x), Math.round(detection.y)];
    const box = {
      x,
      y,
      width: Math.round(detection.x + detection.width) - x,
      height: Math.round(detection.y + detection.height) - y,
    };
    const color = colorOf(detection.classId);
    canvas.frame(box, thickness, pixel(...color));
    const text = labelOf(detection, names);
    const place = labelPlace(box, textSize(text, scale), picture);
    canvas.fill(place, pixel(...color));
    writeText(canvas, text, place, { scale, color: inkFor(color) });
  }
}
