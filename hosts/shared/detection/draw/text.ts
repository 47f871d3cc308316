/// <reference path="./font.d.ts" />
import font from "oled-font-5x7";
import type { Size } from "../../images/picture.ts";
import type { Canvas } from "./canvas.ts";

/** A column between letters, and one around all. */
const GAP = 1;

/** Where the columns of a letter begin in the font; letters it lacks are question marks. */
function columnsOf(letter: string): number {
  const known = font.lookup.indexOf(letter);
  return (known < 0 ? font.lookup.indexOf("?") : known) * font.width;
}

/** Pixels that a text takes, with a border. @param scale pixels a dot of a letter is wide and high. */
export function textSize(text: string, scale: number): Size {
  const letters = [...text].length;
  return { width: (letters * (font.width + GAP) + GAP) * scale, height: (font.height + 2 * GAP) * scale };
}

/** Writes from the upper left corner of the border. A column of a letter is a byte, its lowest bit the dot at the top. */
export function writeText(
  canvas: Canvas,
  text: string,
  at: { x: number; y: number },
  look: { scale: number; color: number },
): void {
  const { scale, color } = look;
  for (const [i, letter] of [...text].entries()) {
    const first = columnsOf(letter);
    for (let column = 0; column < font.width; column++)
      for (let row = 0; row < font.height; row++) {
        if (((font.fontData[first + column]! >> row) & 1) === 0) continue;
        const x = at.x + (GAP + i * (font.width + GAP) + column) * scale;
        canvas.fill({ x, y: at.y + (GAP + row) * scale, width: scale, height: scale }, color);
      }
  }
}
