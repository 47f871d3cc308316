import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { loadNodeImages } from "../../../../../hosts/node/images.ts";
import { readPictureSettings } from "../../../../../hosts/shared/images/settings.ts";
import { FORMATS } from "../../../../../hosts/shared/infer/configured/formats.ts";
import type { DataInput } from "../../../../../hosts/shared/infer/data-files.ts";
import { ConfigReader } from "../../../../../hosts/shared/infer/input-config.ts";
import { MemoryFiles } from "../../../../../hosts/shared/job/memory-files.ts";
import { writeNpy } from "../../../../../hosts/shared/npy/write.ts";
import { anyAnswer, firstValues, floats, PLAIN, pictures, Run, type Setting, text } from "./runs.ts";

describe("Image", () => {
  it("tells where a picture lies in the input, upright", async () => {
    // Orientation 6: stored lying, looked at upright, so 4 wide and 8 high.
    const picture = await sharp(new Uint8Array(32), { raw: { width: 8, height: 4, channels: 1 } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const layout = { channels: 1, channelsFirst: true, height: 4, width: 6 } as const;
    const input = { name: "x", dtype: "float32", layout, normalizes: false } as const;
    const settings = readPictureSettings({ ...PLAIN, is_yolo: true }, input);
    const data: DataInput = {
      ...input,
      dims: ["n", 1, 4, 6],
      only: true,
      config: new ConfigReader({}, "x"),
      picture: () => ({ input, settings }),
    };
    const ports = { files: new MemoryFiles(new Map([["a.jpg", picture]])), loadImages: loadNodeImages };
    const found = await FORMATS.Image.read("a.jpg", data, ports);
    expect(found.picture).toEqual({
      original: { width: 4, height: 8 },
      input: { width: 6, height: 4 },
      placement: { left: 2, top: 0, width: 2, height: 4 },
    });
    expect(found.tensor.dims).toEqual([1, 1, 4, 6]);
    expect(Array.from(found.tensor.data as Float32Array).slice(0, 6)).toEqual([114, 114, 0, 0, 114, 114]);
  });
});

describe("Numpy and Bin", () => {
  const BIN = { quant_data_format: "Bin", data_dir: "d" };

  it("take arrays of several samples, each with a label of its own", async () => {
    const files = {
      "d/a.npy": writeNpy(tensor("float64", [2, 2], Float64Array.of(0, 1, 2, 3))),
      "d/b.npy": writeNpy(tensor("float32", [2], Float32Array.of(4, 5))),
      "l.txt": text("a.npy#0 0\na.npy#1 1\nb.npy 0\n"),
    };
    const config = { quant_data_format: "numpy", data_dir: "d", calculate_acc: true, label_dir: "l.txt" };
    const one = new Run({ files, configs: { x: config }, shapes: { x: ["n", 2] } });
    expect(await one.pass(anyAnswer)).toBeCloseTo(200 / 3, 12);
    expect(firstValues(one)).toEqual([[0, 2], [4]]);
  });

  it("take raw values of the input's type, a sample a file or a fixed batch", async () => {
    const one = new Run({
      files: { "d/a.bin": floats(1, 2), "d/b.BIN": floats(3, 4) },
      configs: { x: BIN },
      shapes: { x: ["n", 2] },
    });
    await one.pass(anyAnswer);
    expect(one.fed).toEqual([[[1, 2, 3, 4]]]);
    const whole = new Run({
      files: { "d/a.bin": floats(1, 2, 3, 4) },
      configs: { x: BIN },
      shapes: { x: [2, 2] },
    });
    await whole.pass(anyAnswer);
    expect(whole.fed).toEqual([[[1, 2, 3, 4]]]);
    const bytes = new Run({
      files: { "d/a.bin": Uint8Array.of(9, 255) },
      configs: { x: BIN },
      shapes: { x: ["n", 2] },
      dtypes: { x: "uint8" },
    });
    await bytes.pass(anyAnswer);
    expect(bytes.fed).toEqual([[[9, 255]]]);
  });

  it("normalize integers for a float model, which has no normalisation in it", async () => {
    const config = { ...BIN, quantize_input_dtype: "uint8", mean: [10, 20], std: "2 4" };
    const one = new Run({
      files: { "d/a.bin": Uint8Array.of(12, 16, 24, 20) },
      configs: { x: config },
      shapes: { x: ["n", 2, 2] },
      executor: { run_mode: "infer" },
    });
    await one.pass(anyAnswer);
    expect(one.fed).toEqual([[[1, 3, 1, 0]]]);
  });

  it.each<[string, Setting, RegExp]>([
    [
      "a file that is too short",
      { files: { "d/a.bin": floats(1) }, configs: { x: BIN }, shapes: { x: ["n", 2] } },
      /d\/a.bin has 4 bytes, the input "x" takes 8 a sample: float32 \[n, 2\]/,
    ],
    [
      "doubles",
      { files: { "d/a.bin": new Uint8Array(16) }, configs: { x: BIN }, shapes: { x: ["n", 2] } },
      /has 16 bytes, the input "x" takes 8/,
    ],
    [
      "no values",
      { files: { "d/a.bin": new Uint8Array() }, configs: { x: BIN }, shapes: { x: ["n", 2] } },
      /has 0 bytes, the input "x" takes 8/,
    ],
    [
      "an open shape",
      { files: { "d/a.bin": floats(1) }, configs: { x: BIN }, shapes: { x: ["n", "m"] } },
      /raw values need a fixed shape; give .npy/,
    ],
    [
      "arrays of two shapes in a batch",
      {
        files: {
          "d/a.npy": writeNpy(tensor("float32", [1, 2], new Float32Array(2))),
          "d/b.npy": writeNpy(tensor("float32", [1, 3], new Float32Array(3))),
        },
        configs: { x: { ...BIN, quant_data_format: "Numpy" } },
        shapes: { x: ["n", "m"] },
      },
      /d\/b.npy holds samples of float32 \[3\] .* those before it are float32 \[2\]/,
    ],
    [
      "an unknown format",
      { files: pictures(1), configs: { x: { ...PLAIN, quant_data_format: "Jpeg" } } },
      /"quant_data_format" is "Jpeg", expected Image, Numpy, Bin/,
    ],
  ])("refuse %s", async (_, setting, message) => {
    await expect(new Run(setting).pass(anyAnswer)).rejects.toThrow(message);
  });
});
