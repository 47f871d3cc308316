import { describe, expect, it } from "vitest";
import { openInference } from "../../../../core-ts/evaluate/inference.ts";
import { LAYERS } from "../../../../core-ts/frontends/caffe/layers/index.ts";
import { writeModel } from "../../../../core-ts/onnx/write.ts";
import { relativeDifference } from "../../../../hosts/shared/convert/check-conversion.ts";
import { nodeBackend } from "../../../support/backends.ts";
import { answersOf, CASES, type Case, convertCase, feedsOf } from "./fixtures.ts";

/** Of the largest answer: float32 sums in another order. */
const TOLERANCE = 1e-4;

/** The largest difference over all outputs, and whether they are the same outputs of the same shapes. */
async function differenceOf(one: Case): Promise<number> {
  const model = await openInference(writeModel(await convertCase(one)), nodeBackend());
  try {
    expect(model.inputs.map(({ name }) => name).sort()).toEqual(Object.keys(one.inputs).sort());
    const found = await model.forward(feedsOf(one));
    expect([...found.keys()].sort()).toEqual(Object.keys(one.outputs).sort());
    let largest = 0;
    for (const [name, expected] of answersOf(one)) {
      expect(found.get(name)!.dims, name).toEqual(expected.dims);
      largest = Math.max(largest, relativeDifference(found.get(name)!, expected));
    }
    return largest;
  } finally {
    await model.stop();
  }
}

describe("a converted net answers as the original", () => {
  it.each(CASES.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    expect(await differenceOf(one)).toBeLessThan(TOLERANCE);
  });

  it("is shown twice for every layer type that is converted", () => {
    const types = CASES.flatMap(({ prototxt }) => [
      ...new Set([...prototxt.matchAll(/type:\s?["'](\w+)["']/g)].map(([, type]) => type)),
    ]);
    expect(Object.keys(LAYERS).filter((type) => types.filter((shown) => shown === type).length < 2)).toEqual(
      [],
    );
  });
});
