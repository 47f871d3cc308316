import type { Size } from "../../images/picture.ts";
import type { Truth } from "../boxes.ts";

const DIGITS = 6;

/** The objects of one picture as YOLO's label file has them: a line each, centre and size as fractions of the picture. */
export function yoloText(truths: readonly Truth[], { width, height }: Size): string {
  return truths
    .map((truth) => {
      const box = [
        (truth.x + truth.width / 2) / width,
        (truth.y + truth.height / 2) / height,
        truth.width / width,
        truth.height / height,
      ];
      return `${[truth.classId, ...box.map((value) => value.toFixed(DIGITS))].join(" ")}\n`;
    })
    .join("");
}
