/** Models of ONNX Runtime's Python quantizer (test/fixtures/qdq/make.py), quantized without any data. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { prepare, quantizeModel } from "../../../core-ts/pipeline.ts";
import { DIGITS_OPTIONS, digitsAccuracy, digitsModel, logitsOf } from "../../support/digits.ts";
import { testHost } from "../../support/one-op.ts";

const fixture = (name: string) => readFileSync(new URL(`../../fixtures/qdq/${name}.onnx`, import.meta.url));
const IMAGES = 300;

async function quantized(name: string, chip: string) {
  const host = await testHost();
  const prepared = await prepare(fixture(name), { ...DIGITS_OPTIONS, chip, outputDequant: true }, host);
  const model = quantizeModel(prepared, { stats: new Map(), samples: 0 }, host);
  const accuracy = async (bytes: Uint8Array) => digitsAccuracy(await logitsOf(bytes, host.backend, IMAGES));
  return { prepared, model, fixed: await accuracy(model.bytes), own: await accuracy(fixture(name)) };
}

describe("QDQ models of ONNX Runtime's quantizer", () => {
  it.each([
    ["signed", "TX5368AV200"],
    ["signed", "generic"],
    ["unsigned", "TX5368AV200"],
    ["unsigned", "generic"],
    ["unsigned_weights", "TX5368AV200"],
  ])("%s on %s: no data needed, everything integer, as accurate as it was", async (name, chip) => {
    const { prepared, fixed, own } = await quantized(name, chip);
    expect(prepared.knownScales?.calibrated).toEqual([]);
    expect(prepared.floatLayers).toEqual([]);
    // 300 images: two of them may fall on the other side.
    expect(Math.abs(fixed - own)).toBeLessThanOrEqual(2 / IMAGES);
  });

  it("symmetric int8 scales and weights are taken as they are", async () => {
    const { prepared, model } = await quantized("signed", "TX5368AV200");
    expect(prepared.knownScales?.widened).toEqual([]);
    expect(model.warnings).toEqual([]);
  });

  it("the Relu that uint8 pairs stand for is there again: without it the network is wrong", async () => {
    const { prepared } = await quantized("unsigned", "TX5368AV200");
    const relus = prepared.plan.nodes.filter(
      (entry) => entry.kind === "integer" && entry.activation?.lower === 0,
    );
    const { prepared: float } = await quantized("signed", "TX5368AV200");
    const expected = float.plan.nodes.filter(
      (entry) => entry.kind === "integer" && entry.activation?.lower === 0,
    );
    expect(relus.map((entry) => entry.node.name)).toEqual(expected.map((entry) => entry.node.name));
  });

  it("ranges from 0 on lose a bit on a signed chip, and none where uint8 is held", async () => {
    const signed = (await quantized("unsigned", "TX5368AV200")).prepared.knownScales!.widened;
    const images = signed.find(({ value }) => value === "image")!;
    expect(images.low).toBeCloseTo(0, 6);
    expect(images.factor).toBeCloseTo(255 / 127, 5);
    const unsigned = (await quantized("unsigned", "generic")).prepared.knownScales!.widened;
    expect(unsigned.length).toBeLessThan(signed.length);
  });

  it("weights with a zero point that no symmetric grid holds are quantized anew, and that is said", async () => {
    const { model } = await quantized("unsigned_weights", "TX5368AV200");
    expect(model.warnings.join()).toMatch(/channels of its weights are quantized anew/);
  });

  it("the float model itself knows nothing", async () => {
    expect((await prepare(digitsModel(), DIGITS_OPTIONS, await testHost())).knownScales).toBeUndefined();
  });
});
