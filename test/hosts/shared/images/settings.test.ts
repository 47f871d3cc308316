import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../../core-ts/errors.ts";
import { pictureLayout } from "../../../../hosts/shared/images/layout.ts";
import { type PictureInput, readPictureSettings } from "../../../../hosts/shared/images/settings.ts";
import type { ShapeDim } from "../../../../hosts/shared/infer/executor.ts";

const input = (dims: readonly ShapeDim[], more: Partial<PictureInput> = {}): PictureInput => ({
  name: "x",
  dtype: "float32",
  layout: pictureLayout("x", dims),
  normalizes: false,
  ...more,
});
const COLOR = input(["n", 3, 8, 6]);
const GREY = input(["n", 1, 8, 6]);

describe("pictureLayout", () => {
  it("finds the channels in front or behind", () => {
    expect(pictureLayout("x", [1, 3, 8, 6])).toEqual({
      channels: 3,
      channelsFirst: true,
      height: 8,
      width: 6,
    });
    expect(pictureLayout("x", [null, 8, 6, 1])).toEqual({
      channels: 1,
      channelsFirst: false,
      height: 8,
      width: 6,
    });
  });

  it.each<[readonly ShapeDim[], RegExp]>([
    [[1, 3, 224, 3], /"x" of shape \[1, 3, 224, 3\]: both its second and its last axis/],
    [[1, 4, 8, 8], /neither its second nor its last axis/],
    [[1, 3, "h", 8], /its height and width are not fixed/],
    [[1, null, 8, 8], /neither/],
    [[1, 16], /four axes/],
  ])("refuses %j", (dims, message) => {
    expect(() => pictureLayout("x", dims)).toThrow(ConfigError);
    expect(() => pictureLayout("x", dims)).toThrow(message);
  });
});

describe("readPictureSettings", () => {
  it("takes what an entry says", () => {
    const config = { color_space: "rgb", mean: [1, "2", 3], std: [4, 5, 6], is_yolo: "True", augment: true };
    expect(readPictureSettings({ ...config, padding_constant_value: 0 }, COLOR)).toEqual({
      colors: "RGB",
      normalization: { mean: [1, 2, 3], std: [4, 5, 6] },
      letterbox: { padding: 0, enlarges: true },
      notes: [],
    });
  });

  it("assumes BGR and 0 to 1 where nothing is said, and tells", () => {
    const { notes, ...settings } = readPictureSettings({}, COLOR);
    expect(settings).toEqual({
      colors: "BGR",
      normalization: { mean: [0, 0, 0], std: [255, 255, 255] },
    });
    expect(notes).toEqual([
      expect.stringMatching(/"x": their color_space is taken to be BGR/),
      expect.stringMatching(/"x": their values are divided by 255/),
    ]);
    expect(readPictureSettings({}, GREY).colors).toBe("GRAY");
  });

  it("leaves values as they are for integers and for models that normalize", () => {
    const asTheyAre = { mean: [0], std: [1] };
    for (const other of [{ dtype: "uint8" } as const, { normalizes: true }]) {
      const settings = readPictureSettings({ color_space: "GRAY" }, { ...GREY, ...other });
      expect(settings).toMatchObject({ normalization: asTheyAre, notes: [] });
    }
    const both = { color_space: "GRAY", mean: [1], std: [2] };
    expect(readPictureSettings(both, { ...GREY, normalizes: true }).normalization).toEqual({
      mean: [1],
      std: [2],
    });
    const integers = readPictureSettings(both, { ...GREY, dtype: "uint8" });
    expect(integers).toMatchObject({
      normalization: asTheyAre,
      notes: [expect.stringContaining("left aside")],
    });
  });

  it("makes letterboxes for is_yolo, and where there is a border's value", () => {
    const one = { color_space: "RGB", mean: [0, 0, 0], std: [1, 1, 1] };
    expect(readPictureSettings({ ...one, is_yolo: false }, COLOR).letterbox).toBeUndefined();
    expect(readPictureSettings({ ...one, is_yolo: true }, COLOR)).toMatchObject({
      letterbox: { padding: 114, enlarges: false },
      notes: [expect.stringContaining("filled with 114")],
    });
    const given = readPictureSettings({ ...one, padding_constant_value: "7" }, COLOR);
    expect(given).toMatchObject({ letterbox: { padding: 7, enlarges: false }, notes: [] });
  });

  it("tells of a mean without std", () => {
    const { normalization, notes } = readPictureSettings({ color_space: "RGB", mean: [1, 2, 3] }, COLOR);
    expect(normalization.std).toEqual([255, 255, 255]);
    expect(notes[0]).toContain("take effect together only");
  });

  it.each<[Record<string, unknown>, PictureInput, RegExp]>([
    [{ color_space: "HSV" }, COLOR, /"x": "color_space" is "HSV", expected RGB, BGR, GRAY/],
    [{ color_space: "GRAY" }, COLOR, /RGB or BGR, since it has three/],
    [{ color_space: "RGB" }, GREY, /GRAY, since the input has one channel/],
    [{ mean: [1, 2], std: [1, 1, 1] }, COLOR, /"mean" is \[1,2\], expected 3 numbers/],
    [{ mean: [1, 2, "x"], std: [1, 1, 1] }, COLOR, /"mean"/],
    [{ mean: [1, 2, 3], std: [1, 0, 1] }, COLOR, /"std" is \[1,0,1\], expected numbers above 0/],
    [{ is_yolo: "yes" }, COLOR, /"is_yolo" is "yes", expected true or false/],
    [{ padding_constant_value: 256 }, COLOR, /whole number from 0 to 255/],
    [{}, { ...COLOR, dtype: "int8" }, /takes int8, and their values are 0 to 255; give -qid uint8/],
  ])("refuses %j", (config, target, message) => {
    expect(() => readPictureSettings(config, target)).toThrow(ConfigError);
    expect(() => readPictureSettings(config, target)).toThrow(message);
  });
});
