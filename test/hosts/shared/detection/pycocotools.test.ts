import { describe, expect, it } from "vitest";
import { PrecisionMeter } from "../../../../hosts/shared/detection/average-precision.ts";
import { askPycocotools, hasPycocotools, type RandomCase, randomCase } from "./pycocotools.ts";

function measured(pictures: RandomCase, maxDetections: number) {
  const meter = new PrecisionMeter(maxDetections);
  for (const { detections, truths } of pictures) meter.add(detections, truths);
  return meter.result()!;
}

/** [seed, maxDets, mAP@0.5, mAP@0.5:0.95], as pycocotools 2.0.11 has them. */
const KNOWN = [
  [1, 100, 0.39244591125779243, 0.19793362669600292],
  [2, 100, 0.614900775791865, 0.27527493820810656],
  [3, 100, 0.3619685497961561, 0.19622877939054412],
  [4, 100, 0.42893289328932893, 0.18459431932204212],
  [1, 2, 0.32046204620462043, 0.157007700770077],
  [2, 2, 0.39196919691969195, 0.1830913091309131],
  [3, 2, 0.3057205720572057, 0.1613121312131213],
  [4, 2, 0.3185643564356436, 0.13734323432343234],
] as const;

describe("mean average precision against pycocotools", () => {
  it.each(KNOWN)("is what it gives for case %i, %i detections", (seed, maxDetections, at50, at50to95) => {
    const found = measured(randomCase(seed), maxDetections);
    expect(Math.abs(found.at50 - at50)).toBeLessThan(1e-9);
    expect(Math.abs(found.at50to95 - at50to95)).toBeLessThan(1e-9);
  });

  it.skipIf(!hasPycocotools)("is what the installed one gives (skipped where Python has none)", () => {
    const cases = Array.from({ length: 50 }, (_, i) => randomCase(1000 + i));
    for (const maxDetections of [100, 2])
      for (const [i, expected] of askPycocotools(cases, maxDetections).entries()) {
        const found = measured(cases[i]!, maxDetections);
        expect(Math.abs(found.at50 - expected.at50)).toBeLessThan(1e-9);
        expect(Math.abs(found.at50to95 - expected.at50to95)).toBeLessThan(1e-9);
      }
  });
});
