import { describe, expect, it } from "vitest";
import { isDetection, readDetectionSettings } from "../../../../hosts/shared/detection/settings.ts";
import { ConfigReader } from "../../../../hosts/shared/infer/input-config.ts";

type Config = Readonly<Record<string, unknown>>;
const read = (config: Config) => readDetectionSettings(new ConfigReader(config, "x"));

describe("settings of detection", () => {
  it("have the manual's defaults", () => {
    expect(read({ nc: 80 })).toEqual({
      classCount: 80,
      names: undefined,
      anchors: [],
      confThreshold: 0.001,
      shownFrom: 0.25,
      iouThreshold: 0.6,
      maxDetections: 300,
      decoder: undefined,
      calculatesAccuracy: false,
      drawsBoxes: false,
    });
  });

  it("may be texts, and anchors lists of any depth", () => {
    const found = read({
      names: ["a", "b"],
      conf_thres: "0.3",
      iou_thres: "0.5",
      max_det: "10",
      draw_box: "True",
    });
    expect(found).toMatchObject({ classCount: 2, confThreshold: 0.3, shownFrom: 0.3, iouThreshold: 0.5 });
    expect(found).toMatchObject({ maxDetections: 10, drawsBoxes: true });
    const pairs = [
      [10, 13],
      [16, 30],
    ];
    for (const anchors of [
      [10, 13, 16, 30],
      [[10, 13, 16, 30]],
      pairs,
      [pairs],
      "10 13 16 30",
      "10,13, 16,30",
    ])
      expect(read({ nc: 1, anchors }).anchors).toEqual(pairs);
  });

  it.each([
    [{}, '"nc" is missing, expected the number of classes the model tells apart'],
    [{ nc: 0 }, '"nc" is 0, expected a whole number above 0'],
    [{ nc: 3, names: ["a"] }, '"names" is ["a"], expected 3 names, as "nc" says'],
    [{ nc: 1, names: [{}] }, '"names" is [{}], expected a list of names'],
    [{ nc: 1, anchors: [1, 2, 3] }, '"anchors" is [1,2,3], expected widths and heights in pixels, by turns'],
    [{ nc: 1, anchors: [1, -2] }, '"anchors" is [1,-2], expected widths'],
    [{ nc: 1, conf_thres: 2 }, '"conf_thres" is 2, expected a number from 0 to 1'],
    [{ nc: 1, iou_thres: "x" }, '"iou_thres" is "x", expected a number from 0 to 1'],
    [{ nc: 1, max_det: 1.5 }, '"max_det" is 1.5, expected a whole number above 0'],
  ])("%j is refused", (config, message) => {
    expect(() => read(config)).toThrow(message);
  });

  it("are what tells a detector from a classifier", () => {
    const asks = (config: Config) => isDetection(new ConfigReader(config, "x"));
    expect([{ is_yolo: true }, { nc: 3 }, { anchors: [1, 2] }, { decoder: "yolov8" }].every(asks)).toBe(true);
    expect([{}, { is_yolo: false, calculate_acc: true }, { nc: null }].some(asks)).toBe(false);
  });
});
