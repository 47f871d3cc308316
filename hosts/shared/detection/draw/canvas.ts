import { type Picture, pixelsOf } from "../../images/picture.ts";
import type { Box } from "../boxes.ts";

/** Draws into a picture; what would be outside of it is left out. */
export class Canvas {
  readonly #pixels: Uint32Array;

  constructor(readonly picture: Picture) {
    this.#pixels = pixelsOf(picture);
  }

  /** @param color as `pixel` gives it. */
  fill({ x, y, width, height }: Box, color: number): void {
    const { width: all, height: rows } = this.picture;
    const [left, right] = [Math.max(0, x), Math.min(all, x + width)];
    for (let row = Math.max(0, y); row < Math.min(rows, y + height); row++)
      if (left < right) this.#pixels.fill(color, row * all + left, row * all + right);
  }

  /** A frame whose lines lie inside of the box. */
  frame({ x, y, width, height }: Box, thickness: number, color: number): void {
    this.fill({ x, y, width, height: thickness }, color);
    this.fill({ x, y: y + height - thickness, width, height: thickness }, color);
    this.fill({ x, y, width: thickness, height }, color);
    this.fill({ x: x + width - thickness, y, width: thickness, height }, color);
  }
}
