import { describe, expect, it } from "vitest";
import { DataError } from "../../../../../core-ts/errors.ts";
import { labelsText, readLabels } from "../../../../../hosts/shared/infer/configured/labels.ts";
import { text } from "./runs.ts";

const read = (content: string) => Object.fromEntries(readLabels(text(content), "l/labels.txt"));

describe("labels.txt", () => {
  it.each([
    ["blanks", "a.png 1\nb.jpg 20\n"],
    ["tabs", "a.png\t1\nb.jpg\t20"],
    ["commas", "a.png,1\nb.jpg, 20\n"],
    ["Windows line ends, a byte order mark, empty lines", "\uFEFFa.png 1\r\n\r\nb.jpg 20\r\n"],
    ["old Macintosh line ends", "a.png 1\rb.jpg 20"],
    ["folders and quotes", 'val/a.png 1\n"images\\b.jpg" 20'],
    ["the same line twice", "a.png 1\nb.jpg 20\na.png 1"],
  ])("takes %s", (_, content) => {
    expect(read(content)).toEqual({ "a.png": 1, "b.jpg": 20 });
  });

  it("takes names with blanks, digits and letters of all languages", () => {
    expect(read("my cat 7.png 3\n图片 1.JPG\t0")).toEqual({ "my cat 7.png": 3, "图片 1.JPG": 0 });
  });

  it.each([
    ["a.png", /labels.txt, line 1: "a.png" is no name and class; a line is/],
    ["a.png 1\nb.png cat", /line 2: "b.png cat" is no name and class/],
    ["a.png 1.5", /line 1: "a.png 1.5" is no name/],
    ["a.png -1", /line 1: the class of a.png is -1/],
    ["a.png 1\nb.png 2\na.png 2", /line 3: a.png is of class 2, and of 1 further up/],
    ["\n \n", /labels.txt holds no labels/],
  ])("refuses %j", (content, message) => {
    expect(() => read(content)).toThrow(message);
    expect(() => read(content)).toThrow(DataError);
  });

  it("refuses what is no UTF-8", () => {
    expect(() => readLabels(Uint8Array.of(0xff, 0xfe, 0x61, 0), "labels.txt")).toThrow(/is no UTF-8 text/);
  });

  it("reads what it writes", () => {
    const labels = new Map([
      ["my cat 7.png", 3],
      ["a.npy#1", 0],
    ]);
    expect(readLabels(text(labelsText(labels)), "labels.txt")).toEqual(labels);
  });
});
