import { afterEach, describe, expect, it } from "vitest";
import type { Decoder } from "../../../../hosts/shared/detection/decode/decoder.ts";
import {
  findDecoder,
  forgetDecoders,
  registerDecoder,
} from "../../../../hosts/shared/detection/user-decoders.ts";

const context = {
  input: { width: 8, height: 8 },
  classCount: 2,
  anchors: [],
  confThreshold: 0.1,
  outputNames: ["y"],
};
const sound = { x: 1, y: 2, width: 3, height: 4, classId: 1, score: 0.5 };

afterEach(forgetDecoders);

/** What comes of a decoder that returns this. */
function decoded(returned: unknown) {
  registerDecoder("mine", (() => returned) as Decoder);
  return findDecoder("mine")([], context).decode([], context);
}

describe("decoders of scripts", () => {
  it("are found by their names until they are forgotten", () => {
    expect(decoded([sound])).toEqual([sound]);
    forgetDecoders();
    expect(() => findDecoder("mine")).toThrow(
      'there is no decoder "mine", there are yolov3, yolov5, yolov6, yolov7, yolov8',
    );
  });

  it.each([
    [
      undefined,
      "returned undefined, expected an array of { x, y, width, height, classId, score }, in pixels of the model's input",
    ],
    [null, "returned null"],
    [Promise.resolve([]), "returned object"],
    [[7], "returned number in detection 0"],
    [[null], "returned null in detection 0"],
    [[sound, { ...sound, score: Number.NaN }], "returned score NaN in detection 1"],
    [[{ ...sound, width: "3" }], "returned width 3 in detection 0"],
    [[{ ...sound, classId: 2 }], "returned classId 2 of 2 classes in detection 0"],
    [[{ ...sound, classId: 0.5 }], "returned classId 0.5 of 2 classes in detection 0"],
  ])("that return %j are refused", (returned, message) => {
    expect(() => decoded(returned)).toThrow(`the decoder "mine" ${message}`);
  });

  it("that throw are named", () => {
    registerDecoder("mine", () => {
      throw new Error("no such output");
    });
    expect(() => findDecoder("mine")([], context).decode([], context)).toThrow(
      'the decoder "mine" threw: no such output',
    );
  });

  it("have names of their own", () => {
    registerDecoder("mine", () => []);
    expect(() => registerDecoder("mine", () => [])).toThrow(
      'the decoder "mine" is registered twice, or is one of ours',
    );
    expect(() => registerDecoder("yolov5", () => [])).toThrow(
      'the decoder "yolov5" is registered twice, or is one of ours',
    );
    expect(() => registerDecoder("", () => [])).toThrow('a decoder is registered as "" with function');
    expect(() => registerDecoder("x", 1 as never)).toThrow('a decoder is registered as "x" with number');
  });
});
