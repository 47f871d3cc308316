/** The decoders of examples/detection on published models: what they find is what the models' own demo code finds. Skipped where ../shared is absent. */
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Box, overlap } from "../../../hosts/shared/detection/boxes.ts";
import { knight, Scratch } from "../../support/command.ts";

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const MODELS = path("../shared/models/detection");
const PHOTOS = path("../shared/data/photos");
const NAMES = ["coco_2.jpg", "coco_3.jpg", "face_1.jpg", "zoo_bus.jpg"];

const scratch = new Scratch();
afterAll(() => scratch.remove());

/** Of the models' demo code on pictures resized otherwise: [x1, y1, x2, y2, score, class] as fractions. */
function reference(model: string, name: string): Box[] {
  const file = readFileSync(join(PHOTOS, "reference_detections.json"), "utf8");
  const { photos, models } = JSON.parse(file) as { photos: string[]; models: Record<string, number[][][]> };
  return models[model]![photos.indexOf(name)]!.map(([x1, y1, x2, y2]) => ({
    x: x1!,
    y: y1!,
    width: x2! - x1!,
    height: y2! - y1!,
  }));
}

/** The labels that a run has written of what it has found. */
function found(folder: string, name: string): Box[] {
  const text = readFileSync(join(folder, name.replace(".jpg", ".txt")), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [, cx, cy, width, height] = line.split(" ").map(Number) as [
        number,
        number,
        number,
        number,
        number,
      ];
      return { x: cx - width / 2, y: cy - height / 2, width, height };
    });
}

const ULTRAFACE = {
  script: "ultraface.ts",
  reference: "version-slim-320",
  config: {
    nc: 1,
    color_space: "RGB",
    mean: [127, 127, 127],
    std: [128, 128, 128],
    conf_thres: 0.7,
    iou_thres: 0.3,
  },
};
const CASES = [
  { ...ULTRAFACE, model: "version-slim-320.onnx", decoder: "ultraface" },
  { ...ULTRAFACE, model: "version-slim-320_without_postprocessing.onnx", decoder: "ultraface_offsets" },
  {
    script: "fastestdet.ts",
    reference: "FastestDet",
    model: "FastestDet.onnx",
    decoder: "fastestdet",
    config: {
      nc: 80,
      color_space: "BGR",
      mean: [0, 0, 0],
      std: [255, 255, 255],
      conf_thres: 0.65,
      iou_thres: 0.45,
    },
  },
] as const;

describe.skipIf(!existsSync(MODELS) || !existsSync(PHOTOS))("decoders of published models", () => {
  it.each(CASES)("$decoder finds on photos what the demo code of $model finds", async (one) => {
    const home = join(scratch.path, one.decoder);
    mkdirSync(join(home, "images"), { recursive: true });
    for (const name of NAMES) cpSync(join(PHOTOS, name), join(home, "images", name));
    const input = {
      data_dir: join(home, "images"),
      decoder: one.decoder,
      calculate_acc: true,
      ...one.config,
    };
    const config = scratch.file(
      `${one.decoder}.json`,
      JSON.stringify({ quant: { "input-configs": [input] } }),
    );
    const script = path(`examples/detection/decoders/${one.script}`);
    const model = join(MODELS, one.model);
    const args = [
      "-m",
      model,
      "-r",
      "infer",
      "-if",
      "infer_default",
      "-uds",
      script,
      "-rc",
      config,
      "-s",
      home,
    ];
    expect(await knight(["quant", ...args])).toMatchObject({ code: 0 });
    let [expected, both] = [0, 0];
    for (const name of NAMES) {
      const boxes = found(join(home, "labels"), name);
      const known = reference(one.reference, name);
      expected += known.length;
      // Another filter resized the demo's pictures: boxes differ by some per cent, and one at the threshold may be missing.
      both += known.filter((box) => boxes.some((other) => overlap(box, other) > 0.5)).length;
    }
    expect(expected).toBeGreaterThan(8);
    expect(both).toBeGreaterThanOrEqual(0.95 * expected);
  });
});
