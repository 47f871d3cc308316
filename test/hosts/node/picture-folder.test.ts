/** A folder of pictures instead of arrays, as a user gives it: no code, the same model. */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { readNpy } from "../../../hosts/shared/npy/read.ts";
import { writeNpy } from "../../../hosts/shared/npy/write.ts";
import { knight, Scratch } from "../../support/command.ts";

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const MODEL = path("examples/digits/digits.onnx");
const COUNT = 20;

const scratch = new Scratch();
afterAll(() => scratch.remove());
const folder = join(scratch.path, "pictures");

/** Digits from 0 to 255 instead of 0 to 16. */
const { data } = readNpy(readFileSync(path("examples/digits/calibration.npy")), "calibration.npy");
const digits = Uint8Array.from(data.slice(0, COUNT * 64) as Float32Array, (v) => Math.round((v * 255) / 16));

/** "input-configs" that give back 0 to 16. */
const CONFIG = { quant: { "input-configs": [{ color_space: "GRAY", mean: [0], std: [255 / 16] }] } };

beforeAll(async () => {
  mkdirSync(folder);
  for (let i = 0; i < COUNT; i++) {
    const raw = { width: 8, height: 8, channels: 1 } as const;
    const picture = sharp(digits.subarray(i * 64, (i + 1) * 64), { raw });
    const name = `${String(i).padStart(2, "0")}.${i % 2 ? "PNG" : "png"}`;
    await picture.png().toFile(join(folder, name));
  }
  scratch.file("pictures/labels.txt", "00.png 1\n");
  const real = Float32Array.from(digits, (v) => v / (255 / 16));
  scratch.file("arrays.npy", writeNpy(tensor("float32", [COUNT, 1, 8, 8], real)));
});

const run = (save: string, ...more: string[]) => {
  const fixed = [
    "quant",
    "-m",
    MODEL,
    "-if",
    "infer_files",
    "-bs",
    "8",
    "-gsj",
    "-s",
    join(scratch.path, save),
  ];
  return knight([...fixed, ...more]);
};
const result = (save: string, name: string) => readFileSync(join(scratch.path, save, name));

describe("-if infer_files -d FOLDER", () => {
  it("makes of pictures what it makes of the same numbers in an array", async () => {
    const config = scratch.file("config.json", JSON.stringify(CONFIG));
    const pictures = await run("from-pictures", "-i", "3", "-d", folder, "-rc", config);
    expect(pictures).toMatchObject({ code: 0 });
    expect(pictures.out).toMatch(/Calibration +20 samples/);
    expect(pictures.out).toContain("labels.txt left out, kinds that are read are .npy");
    const arrays = await run("from-arrays", "-i", "3", "-d", join(scratch.path, "arrays.npy"));
    expect(arrays).toMatchObject({ code: 0 });
    for (const name of ["digits_scale.json", "digits_quantize.onnx"])
      expect(result("from-pictures", name)).toEqual(result("from-arrays", name));
  });

  it("tells what it assumes, and of data that are fewer than asked for", async () => {
    const { code, out } = await run("assumed", "-i", "9", "-d", folder);
    expect(code).toBe(0);
    expect(out).toContain("their color_space is taken to be GRAY");
    expect(out).toContain("their values are divided by 255");
    expect(out).toContain("holds 3 batches, -i asks for 9");
  });

  it("feeds them as they are to -qid uint8 with --mean and --std", async () => {
    const raw = ["-qid", "uint8", "--mean", "0", "--std", "16"];
    const { code, out } = await run("raw", "-i", "3", "-d", folder, ...raw);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.not.stringContaining("divided by 255") });
  });

  it("runs the quantized model on other pictures, resized, of other kinds", async () => {
    mkdirSync(join(scratch.path, "others"));
    const input = sharp(digits.subarray(0, 64), { raw: { width: 8, height: 8, channels: 1 } }).resize(20, 31);
    await input
      .clone()
      .jpeg()
      .toFile(join(scratch.path, "others", "a.jpeg"));
    await input
      .clone()
      .toColourspace("srgb")
      .png({ palette: true })
      .toFile(join(scratch.path, "others", "b.png"));
    const model = join(scratch.path, "from-pictures", "digits_quantize.onnx");
    const given = ["-m", model, "-d", join(scratch.path, "others"), "-if", "infer_files", "-i", "2"];
    const { code, out } = await knight(["quant", "-r", "infer", ...given]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("Result") });
    expect(out).toContain("their values are divided by 255");
  });

  it.each<[string, string, Uint8Array | string, RegExp]>([
    ["a damaged picture", "bad.png", "no picture", /bad\.png is no picture of a known kind/],
    [
      "an array of another shape",
      "bad.npy",
      writeNpy(tensor("float32", [1, 3], new Float32Array(3))),
      /expected \[N, 1, 8, 8\]/,
    ],
    ["no data", "bad.txt", "-", /bad\.txt holds no data files; known kinds are/],
  ])("refuses %s in one sentence", async (_, name, content, message) => {
    const { code, err } = await run("bad", "-d", scratch.file(name, content));
    expect(code).not.toBe(0);
    expect(err).toMatch(message);
    expect(existsSync(join(scratch.path, "bad"))).toBe(false);
  });

  it("refuses input-configs of another input", async () => {
    const config = scratch.file(
      "other.json",
      JSON.stringify({ quant: { "input-configs": [{ input_name: "y" }] } }),
    );
    const { err } = await run("bad", "-d", folder, "-rc", config);
    expect(err).toMatch(/"input-configs" has an entry for the input "y", the model's inputs are "/);
  });
});

const CIFAR = path("../shared/data/cifar/folder200_png");
const WHY = existsSync(CIFAR) ? "" : " (skipped: ../shared is absent)";

describe.skipIf(WHY !== "")(`real pictures${WHY}`, () => {
  it("quantizes ResNet-20 from a folder of PNG files to the bytes that the arrays give", async () => {
    const model = path("../shared/models/cifar/resnet20.onnx");
    const [mean, std] = [
      [123.675, 116.28, 103.53],
      [58.395, 57.12, 57.375],
    ] as const;
    const names = readFileSync(join(CIFAR, "labels.txt"), "utf8")
      .match(/\S+\.png/g)!
      .sort();
    const real = new Float32Array(names.length * 3072);
    for (const [i, name] of names.entries()) {
      // sharp is an independent decoder.
      const pixels = await sharp(join(CIFAR, name)).removeAlpha().raw().toBuffer();
      for (let k = 0; k < 3072; k++)
        real[i * 3072 + (k % 3) * 1024 + Math.floor(k / 3)] = (pixels[k]! - mean[k % 3]!) / std[k % 3]!;
    }
    const arrays = scratch.file("cifar.npy", writeNpy(tensor("float32", [names.length, 3, 32, 32], real)));
    const entry = { input_name: "input", color_space: "RGB", mean, std };
    const config = scratch.file("cifar.json", JSON.stringify({ quant: { "input-configs": [entry] } }));
    const given = ["-m", model, "-i", "4", "-bs", "50"];
    expect((await run("cifar-png", ...given, "-d", CIFAR, "-rc", config)).code).toBe(0);
    expect((await run("cifar-npy", ...given, "-d", arrays)).code).toBe(0);
    for (const name of ["resnet20_scale.json", "resnet20_quantize.onnx"])
      expect(result("cifar-png", name)).toEqual(result("cifar-npy", name));
  }, 60_000);
});
