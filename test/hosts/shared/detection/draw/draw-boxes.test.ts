import { describe, expect, it } from "vitest";
import { drawBoxes } from "../../../../../hosts/shared/detection/draw/draw-boxes.ts";
import { blank, type Picture } from "../../../../../hosts/shared/images/picture.ts";

const detection = { x: 10, y: 20, width: 30, height: 15, classId: 0, score: 0.876 };

/** Pixels that are not black, a character each: "#" coloured, "o" white. */
function rows(picture: Picture): string[] {
  const at = (x: number, y: number) => {
    const [red, green, blue] = picture.rgba.subarray((y * picture.width + x) * 4);
    return red === 0 && green === 0 && blue === 0
      ? "."
      : red === 255 && green === 255 && blue === 255
        ? "o"
        : "#";
  };
  return Array.from({ length: picture.height }, (_, y) =>
    Array.from({ length: picture.width }, (_, x) => at(x, y)).join(""),
  );
}

describe("drawBoxes", () => {
  it("draws a frame just inside of the box, and its name and score on top of it", () => {
    const picture = blank({ width: 60, height: 40 });
    drawBoxes(picture, [detection], ["I"]);
    const found = rows(picture);
    // "I 0.88" takes 6 letters of 5 dots, with a dot between and around: 37 x 9.
    const frame = [`${".".repeat(10)}${"#".repeat(30)}${".".repeat(20)}`];
    const side = `${".".repeat(10)}#${".".repeat(28)}#${".".repeat(20)}`;
    expect(found.slice(20, 35)).toEqual([...frame, ...new Array<string>(13).fill(side), ...frame]);
    const label = found.slice(11, 20).map((row) => row.slice(10, 47));
    expect(found.every((row, y) => (y >= 11 && y < 20) || !row.includes("o"))).toBe(true);
    expect(label.every((row) => !row.includes("."))).toBe(true);
    expect(label.slice(0, 9).map((row) => row.slice(0, 7))).toEqual([
      "#######",
      "##ooo##",
      "###o###",
      "###o###",
      "###o###",
      "###o###",
      "###o###",
      "##ooo##",
      "#######",
    ]);
    expect(found.slice(0, 11).concat(found.slice(35)).join("")).toMatch(/^\.+$/);
  });

  it("keeps labels in the picture, and letters a font lacks are question marks", () => {
    const picture = blank({ width: 60, height: 40 });
    const [edge, other] = [blank(picture), blank(picture)];
    drawBoxes(edge, [{ ...detection, x: 55, y: 0, width: 5, height: 40 }], ["猫"]);
    drawBoxes(other, [{ ...detection, x: 55, y: 0, width: 5, height: 40 }], ["?"]);
    expect(edge).toEqual(other);
    expect(rows(edge)[0]).toBe(`${".".repeat(23)}${"#".repeat(37)}`);
  });

  it("gives every class a colour of its own, and the surest box the last word", () => {
    const colors = Array.from({ length: 20 }, (_, classId) => {
      const picture = blank({ width: 60, height: 40 });
      drawBoxes(picture, [{ ...detection, classId }], undefined);
      return picture.rgba.subarray((34 * 60 + 20) * 4, (34 * 60 + 20) * 4 + 3).join();
    });
    expect(new Set(colors).size).toBe(20);
    const picture = blank({ width: 60, height: 40 });
    drawBoxes(picture, [{ ...detection, classId: 1, score: 0.9 }, detection], undefined);
    expect(picture.rgba.subarray((34 * 60 + 20) * 4, (34 * 60 + 20) * 4 + 3).join()).toBe(colors[1]);
  });

  it("draws thicker lines and larger letters into larger pictures", () => {
    const picture = blank({ width: 700, height: 700 });
    drawBoxes(picture, [{ ...detection, x: 100, y: 100, width: 200, height: 200 }], undefined);
    const column = rows(picture)
      .map((row) => row[299]!)
      .join("");
    expect(column).toBe(`${".".repeat(100)}${"#".repeat(200)}${".".repeat(400)}`);
    expect(rows(picture)[250]).toBe(`${".".repeat(100)}###${".".repeat(194)}###${".".repeat(400)}`);
  });
});
