import { describe, expect, it } from "vitest";
import { ConfigError, DataError } from "../../../../../core-ts/errors.ts";
import { type Tensor, tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { writeNpy } from "../../../../../hosts/shared/npy/write.ts";
import { pixel, Run, type Setting, scores, text } from "./runs.ts";

const PLAIN = { mean: [0], std: [1], color_space: "GRAY", data_dir: "d" };

/** A model whose answer does not matter. */
const any = (batch: Tensor) => [scores(Array.from({ length: batch.dims[0]! }, () => [1, 0]))];

const pictures = (...values: number[]) => Object.fromEntries(values.map((i) => [`d/${i}.png`, pixel(i)]));

function run(setting: Setting): Run {
  return new Run({ configs: { 0: PLAIN }, ...setting });
}

/** The first values of each sample that went into the first input, batch by batch. */
const fed = ({ fed }: Run, width = 2, input = 0) =>
  fed.map((batch) => batch[input]!.filter((_, i) => i % width === 0));

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

describe("the batches of infer_common", () => {
  it("are the files in the order of their names, -bs at once, the rest in a smaller batch", async () => {
    const one = run({ files: { ...pictures(3, 1, 2), "d/0.PNG": pixel(0), "d/4.JPEG": pixel(4) } });
    await one.pass(any);
    expect(fed(one)).toEqual([[0, 1], [2, 3], [4]]);
    expect(one.expected).toEqual([3]);
    expect(one.notes).toEqual(["d holds 5 samples that were used, -i 100 and -bs 2 ask for 200"]);
  });

  it("are -i of them, and a note says what was left out", async () => {
    const one = run({ files: pictures(0, 1, 2, 3, 4), executor: { iteration: 2 } });
    await one.pass(any);
    expect(fed(one)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(one.notes).toEqual([
      "4 of the 5 files in d were used (-i 2, batches of 2); a larger -i takes more",
    ]);
  });

  it("are one where nobody says how many, but all of them to test a model", async () => {
    const setting = { files: pictures(0, 1, 2), options: { countGiven: false } };
    const quant = run({ ...setting, executor: { iteration: 1 } });
    await quant.pass(any);
    expect(fed(quant)).toEqual([[0, 1]]);
    const infer = run({ ...setting, executor: { iteration: 1, run_mode: "infer" } });
    await infer.pass(any);
    expect(fed(infer)).toEqual([[0, 1], [2]]);
    expect([infer.notes, infer.expected]).toEqual([[], [2]]);
  });

  it("of a model with a fixed batch are full; testing fills the last one and cuts those answers off", async () => {
    const setting = {
      files: { ...pictures(0, 1, 2), "l.txt": text("0.png 0\n1.png 0\n2.png 1\n") },
      shapes: { x: [2, 1, 1, 2] },
    };
    const quant = run(setting);
    await quant.pass(any);
    expect(fed(quant)).toEqual([[0, 1]]);
    expect(quant.notes).toContain("d: 1 that do not fill a batch of 2 left out");
    const configs = { x: { ...PLAIN, calculate_acc: true, label_dir: "l.txt" } };
    const infer = run({ ...setting, configs, executor: { run_mode: "infer" } });
    expect(await infer.pass(any)).toBeCloseTo(200 / 3, 12);
    expect(fed(infer)).toEqual([
      [0, 1],
      [2, 2],
    ]);
    const few = run({ ...setting, shapes: { x: [4, 1, 1, 2] } });
    await expect(few.pass(any)).rejects.toThrow(
      /d holds 3 samples that can be used, the model takes 4 at once/,
    );
  });

  it("cycle the inputs to the longest", async () => {
    const files = {
      ...pictures(0, 1, 2),
      "e/a.npy": writeNpy(tensor("float32", [2, 2], Float32Array.of(7, 7, 8, 8))),
    };
    const configs = { x: PLAIN, z: { quant_data_format: "Numpy", data_dir: "e" } };
    const one = run({ files, configs, shapes: { x: ["n", 1, 1, 2], z: ["n", 2] } });
    await one.pass(any);
    expect(fed(one)).toEqual([[0, 1], [2]]);
    expect(fed(one, 2, 1)).toEqual([[7, 8], [7]]);
    const other = run({
      files,
      configs: { x: { ...PLAIN, data_dir: "d/0.png" }, z: configs.z },
      shapes: { x: ["n", 1, 1, 2], z: ["n", 2] },
    });
    await other.pass(any);
    expect([fed(other), fed(other, 2, 1)]).toEqual([[[0, 0]], [[7, 8]]]);
  });

  it("come from -d where there is no data_dir: below it, from a folder of the input's name", async () => {
    const config = { quant_data_format: "Bin" };
    const files = { "d/x/a.bin": floats(1, 2), "d/z/a.bin": floats(5) };
    const one = run({
      files,
      configs: { 0: config, 1: config },
      shapes: { x: [1, 2], z: [1, 1] },
      executor: { dataset: "d/" },
    });
    await one.pass(any);
    expect(one.fed).toEqual([[[1, 2], [5]]]);
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
    const one = run({ files, configs: { x: config }, shapes: { x: ["n", 2] } });
    expect(await one.pass(any)).toBeCloseTo(200 / 3, 12);
    expect(fed(one)).toEqual([[0, 2], [4]]);
  });

  it("take raw values of the input's type, a sample a file or a fixed batch", async () => {
    const one = run({
      files: { "d/a.bin": floats(1, 2), "d/b.BIN": floats(3, 4) },
      configs: { x: BIN },
      shapes: { x: ["n", 2] },
    });
    await one.pass(any);
    expect(one.fed).toEqual([[[1, 2, 3, 4]]]);
    const whole = run({
      files: { "d/a.bin": floats(1, 2, 3, 4) },
      configs: { x: BIN },
      shapes: { x: [2, 2] },
    });
    await whole.pass(any);
    expect(whole.fed).toEqual([[[1, 2, 3, 4]]]);
    const bytes = run({
      files: { "d/a.bin": Uint8Array.of(9, 255) },
      configs: { x: BIN },
      shapes: { x: ["n", 2] },
      dtypes: { x: "uint8" },
    });
    await bytes.pass(any);
    expect(bytes.fed).toEqual([[[9, 255]]]);
  });

  it("normalize integers for a float model, which has no normalisation in it", async () => {
    const config = { ...BIN, quantize_input_dtype: "uint8", mean: [10, 20], std: "2 4" };
    const one = run({
      files: { "d/a.bin": Uint8Array.of(12, 16, 24, 20) },
      configs: { x: config },
      shapes: { x: ["n", 2, 2] },
      executor: { run_mode: "infer" },
    });
    await one.pass(any);
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
          "d/a.npy": writeNpy(tensor("float32", [1, 2], floats32(2))),
          "d/b.npy": writeNpy(tensor("float32", [1, 3], floats32(3))),
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
    await expect(run(setting).pass(any)).rejects.toThrow(message);
  });
});

function floats32(n: number): Float32Array {
  return new Float32Array(n);
}

/** An end in the middle of the pixels. */
const truncated = pixel(1).subarray(0, 50);

describe("bad data", () => {
  const setting = { files: { ...pictures(0, 1, 3), "d/2.png": truncated } };

  it.each([
    ["truncated", truncated, /d\/2.png is cut off; replace the picture, or give --bad-data skip/],
    ["empty", new Uint8Array(), /d\/2.png is empty, expected a JPEG, PNG, BMP file/],
    ["no picture", text("<html>"), /d\/2.png is no picture of a known kind/],
    [
      "a JPEG cut off in its header",
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16),
      /d\/2.png is cut off in front of its pixels/,
    ],
  ])("ends the run with the file named: %s", async (_, bytes, message) => {
    const found = run({ files: { ...setting.files, "d/2.png": bytes } }).pass(any);
    await expect(found).rejects.toThrow(message);
    await expect(found).rejects.toBeInstanceOf(DataError);
  });

  it("is left out with --bad-data skip, and named", async () => {
    const one = run({ ...setting, options: { badData: "skip" } });
    await one.pass(any);
    expect(fed(one)).toEqual([[0, 1], [3]]);
    expect(one.notes).toContain("left out: d/2.png is cut off; replace the picture");
  });

  it("takes what lies beside it along", async () => {
    const files = {
      ...setting.files,
      ...Object.fromEntries([0, 1, 2, 3].map((i) => [`e/${i}.bin`, floats(i)])),
    };
    const configs = { x: PLAIN, z: { quant_data_format: "Bin", data_dir: "e" } };
    const shapes = { x: ["n", 1, 1, 2], z: ["n", 1] };
    const one = run({ files, configs, shapes, options: { badData: "skip" } });
    await one.pass(any);
    expect([fed(one), fed(one, 1, 1)]).toEqual([
      [[0, 1], [3]],
      [[0, 1], [3]],
    ]);
  });

  it("may be a file that can't be opened", async () => {
    const files = { ...pictures(0), "d/1.png/inside": pixel(1) };
    await expect(run({ files }).pass(any)).rejects.toThrow(/"d\/1.png", .* or give --bad-data skip/);
    const one = run({ files, options: { badData: "skip" } });
    await one.pass(any);
    expect(fed(one)).toEqual([[0]]);
  });

  it("ends the run where nothing else is there", async () => {
    const one = run({ files: { "d/2.png": truncated }, options: { badData: "skip" } });
    await expect(one.pass(any)).rejects.toThrow(
      /d holds nothing that can be used; the first file: d\/2.png is cut off/,
    );
  });
});

describe("what infer_common refuses", () => {
  const GREY3 = { x: ["n", 3, 1, 2] };
  it.each<[string, Setting, RegExp]>([
    [
      "no data",
      { files: {}, configs: { x: { ...PLAIN, data_dir: null } } },
      /no data for the input "x": its entry of "input-configs" has no "data_dir", and -d is not given/,
    ],
    [
      "a data_dir that is not there",
      { files: {} },
      /the "data_dir" of the input "x" is d, which does not exist/,
    ],
    [
      "a folder without pictures",
      { files: { "d/a.txt": text("-"), "d/deep/a.png": pixel(1) } },
      /d holds a.txt, deep, expected .jpg, .jpeg, .png, .bmp files for the input "x"; folders in it are not searched/,
    ],
    [
      "a file of another kind",
      { files: { "d/a.txt": text("-") }, configs: { x: { ...PLAIN, data_dir: "d/a.txt" } } },
      /d\/a.txt is of another kind, expected .jpg/,
    ],
    [
      "GRAY for three channels",
      { files: pictures(1), shapes: GREY3 },
      /"color_space" is "GRAY", expected RGB or BGR, since it has three/,
    ],
    [
      "three means for one channel",
      { files: pictures(1), configs: { x: { ...PLAIN, mean: [1, 2, 3] } } },
      /"mean" is \[1,2,3\], expected 1 number/,
    ],
    [
      "one mean for three channels",
      { files: pictures(1), shapes: GREY3, configs: { x: { ...PLAIN, color_space: "RGB" } } },
      /"mean" is \[0\], expected 3 numbers, one a channel/,
    ],
    [
      "five channels",
      { files: pictures(1), shapes: { x: ["n", 5, 4, 2] } },
      /neither its second nor its last axis is 1 or 3 channels/,
    ],
    [
      "an input the model has not",
      { files: pictures(1), configs: { q: PLAIN } },
      /"input-configs" has an entry for the input "q", the model's inputs are "x"/,
    ],
    [
      "int8 for quantize_input_dtype",
      { files: pictures(1), configs: { x: { ...PLAIN, quantize_input_dtype: "int8" } } },
      /"quantize_input_dtype" is "int8", expected float32 or uint8/,
    ],
    [
      "uint8 for an input that takes floats",
      { files: pictures(1), configs: { x: { ...PLAIN, quantize_input_dtype: "uint8" } } },
      /differ at the input "x"; give one entry for each input in the model's order/,
    ],
  ])("%s", async (_, setting, message) => {
    const found = run(setting).pass(any);
    await expect(found).rejects.toThrow(message);
    await expect(found).rejects.toSatisfy(
      (error) => error instanceof DataError || error instanceof ConfigError,
    );
  });
});
