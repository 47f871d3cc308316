import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Attribute } from "../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { prepare } from "../../../core-ts/pipeline.ts";
import { int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { testHost } from "../../support/one-op.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

type Attributes = Readonly<Record<string, Attribute>>;

const X = [1, 4, 8, 6];
const mode = (value: string) => ({ mode: attr.string(value) });

/** y = Tanh(Resize(x)): Tanh, since movement between float edges stays float. */
function resized(attrs: Attributes, by: { scales?: number[]; sizes?: number[]; roi?: number[] }): ModelText {
  const constants: Record<string, Tensor> = {};
  if (by.roi) constants.roi = tensor("float32", [by.roi.length], Float32Array.from(by.roi));
  if (by.scales) constants.scales = tensor("float32", [by.scales.length], Float32Array.from(by.scales));
  if (by.sizes) constants.sizes = int64Tensor(by.sizes);
  const inputs = `x ${by.roi ? "roi" : "_"} ${by.scales ? "scales" : "_ sizes"}`;
  return {
    inputs: { x: X },
    constants,
    nodes: [
      ["m", "Resize", inputs, attrs],
      ["y", "Tanh", "m"],
    ],
    outputs: "y",
  };
}

const at = (coordinates: string, how: string, more: Attributes = {}) => ({
  ...mode(how),
  coordinate_transformation_mode: attr.string(coordinates),
  ...more,
});
const flag = attr.int(1);
const UP = { scales: [1, 1, 2, 1.5] };
const DOWN = { sizes: [1, 4, 3, 4] };
const AXES = { axes: attr.ints([2, 3]) };

const RESIZED: Record<string, ModelText> = {
  ...Object.fromEntries(
    ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "asymmetric", "align_corners"].flatMap((c) =>
      ["linear", "cubic", "nearest"].flatMap((how) => [
        [`${how}, ${c}, larger`, resized(at(c, how), UP)],
        [`${how}, ${c}, smaller`, resized(at(c, how), DOWN)],
      ]),
    ),
  ),
  "linear, tf_crop_and_resize": resized(at("tf_crop_and_resize", "linear"), {
    sizes: [1, 4, 5, 7],
    roi: [0, 0, 0.1, 0.25, 1, 1, 0.9, 1.2],
  }),
  "cubic, exclude_outside": resized(at("half_pixel", "cubic", { exclude_outside: flag }), UP),
  "cubic, a = -0.5": resized(at("half_pixel", "cubic", { cubic_coeff_a: attr.float(-0.5) }), UP),
  "linear, antialias": resized(at("half_pixel", "linear", { antialias: flag }), DOWN),
  "linear, antialias, larger": resized(at("half_pixel", "linear", { antialias: flag }), UP),
  "cubic, antialias": resized(at("half_pixel", "cubic", { antialias: flag }), DOWN),
  "cubic, antialias, exclude_outside": resized(
    at("half_pixel", "cubic", { antialias: flag, exclude_outside: flag }),
    DOWN,
  ),
  "linear, axes": resized(at("half_pixel", "linear", AXES), { scales: [0.5, 2] }),
  "nearest, axes": resized(at("asymmetric", "nearest", AXES), { sizes: [4, 12] }),
  "linear, not_larger": resized(
    at("half_pixel", "linear", { ...AXES, keep_aspect_ratio_policy: attr.string("not_larger") }),
    { sizes: [11, 11] },
  ),
  "linear, only the rows": resized(at("half_pixel", "linear"), { scales: [1, 1, 2, 1] }),
  "linear, only the columns": resized(at("half_pixel", "linear"), { scales: [1, 1, 1, 2] }),
};

/**
 * Roundings of input, result and output, and coefficients of 11 bits, whose errors weigh more where antialias averages the signal away: 30 and 60 dB
 * (pure movement has 34 and 76).
 */
const BAR = { 8: 30, 16: 60 } as const;
const CHIPS = ["TX5368AV200", "generic"] as const;

describe.each([8, 16] as const)("Resize at %i bit", (bits) => {
  it.each(Object.entries(RESIZED))("%s", async (_, text) => {
    for (const chip of CHIPS) {
      const found = await wholeWay(buildModel(text), { options: { bits, chip } });
      expect(found.prepared.floatLayers).toEqual([]);
      expect(outputSqnr(found, "y")).toBeGreaterThan(BAR[bits]);
    }
  });
});

it.each<[string, ModelText, string]>([
  [
    "nearest Resize of a crop",
    resized(at("tf_crop_and_resize", "nearest"), { sizes: [1, 4, 5, 7], roi: [0, 0, 0, 0, 1, 1, 1, 1] }),
    "mode nearest with tf_crop_and_resize is not supported, only linear and cubic",
  ],
  [
    "Resize of a crop that is not 0 outside",
    resized(at("tf_crop_and_resize", "linear", { extrapolation_value: attr.float(2) }), {
      sizes: [1, 4, 5, 7],
      roi: [0, 0, 0, 0, 1, 1, 2, 1],
    }),
    "an extrapolation_value other than 0 is not supported",
  ],
])("%s stays float", async (_, text, reason) => {
  const options = { chip: CHIPS[0], bits: 8, mode: "min_max", percent: 1, irBatch: 1, lutLen: 10 } as const;
  const { floatLayers } = await prepare(
    writeModel(buildModel(text)),
    { ...options, outputDequant: false },
    await testHost(),
  );
  expect(floatLayers.map((layer) => layer.reason)).toContain(reason);
});
