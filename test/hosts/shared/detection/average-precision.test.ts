import { describe, expect, it } from "vitest";
import { PrecisionMeter } from "../../../../hosts/shared/detection/average-precision.ts";
import type { Detection, Truth } from "../../../../hosts/shared/detection/boxes.ts";

const truth = (x: number, classId = 0, isCrowd = false): Truth => ({
  x,
  y: 0,
  width: 10,
  height: 10,
  classId,
  isCrowd,
});
const found = (x: number, score: number, classId = 0): Detection => ({
  x,
  y: 0,
  width: 10,
  height: 10,
  classId,
  score,
});

function measure(pictures: readonly [Detection[], Truth[]][], maxDetections = 300) {
  const meter = new PrecisionMeter(maxDetections);
  for (const [detections, truths] of pictures) meter.add(detections, truths);
  return meter.result();
}

describe("mean average precision, by hand", () => {
  it("is 1 where all is found and nothing else", () => {
    expect(
      measure([
        [
          [found(0, 0.9), found(50, 0.8)],
          [truth(0), truth(50)],
        ],
      ]),
    ).toEqual({ at50: 1, at50to95: 1 });
  });

  it("reads the precision at 101 recalls", () => {
    // Right, wrong, right, of three objects: recalls 1/3 and 2/3 with precisions 1 and 2/3, and 34 and 33 of the 101 recalls up to there.
    const result = measure([
      [
        [found(0, 0.9), found(500, 0.8), found(50, 0.7)],
        [truth(0), truth(50), truth(100)],
      ],
    ]);
    expect(result?.at50).toBeCloseTo((34 * 1 + 33 * (2 / 3)) / 101, 12);
    expect(result?.at50to95).toBeCloseTo((34 * 1 + 33 * (2 / 3)) / 101, 12);
  });

  it("asks for more overlap from threshold to threshold", () => {
    // Shifted by 1 of 10: 9 / 11 = 0.818 in common, right at 0.5 .. 0.8: seven of the ten thresholds.
    const result = measure([[[found(1, 0.9)], [truth(0)]]]);
    expect(result?.at50).toBe(1);
    expect(result?.at50to95).toBeCloseTo(0.7, 12);
  });

  it("counts a second detection of an object as wrong", () => {
    // Right, wrong, right: as above, with two objects: recalls 1/2 (51 of 101) and 1 (50).
    const result = measure([
      [
        [found(0, 0.9), found(0, 0.8), found(50, 0.7)],
        [truth(0), truth(50)],
      ],
    ]);
    expect(result?.at50).toBeCloseTo((51 + 50 * (2 / 3)) / 101, 12);
  });

  it("takes means over the classes of which there are objects", () => {
    const result = measure([
      [
        [found(0, 0.9, 0), found(0, 0.9, 7)],
        [truth(0, 0), truth(50, 1)],
      ],
    ]);
    expect(result?.at50).toBe(0.5);
  });

  it("counts detections in a crowd as neither right nor wrong, and no crowd as missed", () => {
    const crowd: Truth = { x: 0, y: 0, width: 100, height: 100, classId: 0, isCrowd: true };
    const detections = [found(10, 0.9), found(30, 0.8), found(200, 0.7)];
    expect(measure([[detections, [crowd, truth(200)]]])?.at50).toBe(1);
    expect(measure([[detections, [crowd]]])).toBeUndefined();
  });

  it("puts detections of all pictures in one order, equal scores as they came", () => {
    const right: [Detection[], Truth[]] = [[found(0, 0.5)], [truth(0)]];
    const wrong: [Detection[], Truth[]] = [[found(0, 0.5)], []];
    expect(measure([right, wrong])?.at50).toBe(1);
    expect(measure([wrong, right])?.at50).toBe(0.5);
  });

  it("takes no more detections of a class on a picture than it may", () => {
    const detections = [found(200, 0.9), found(0, 0.8)];
    expect(measure([[detections, [truth(0)]]], 1)?.at50).toBe(0);
  });

  it("is not defined without objects", () => {
    expect(measure([[[found(0, 0.9)], []]])).toBeUndefined();
  });
});
