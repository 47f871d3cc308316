import { describe, expect, it } from "vitest";
import { ConfigError, DataError } from "../../../../../core-ts/errors.ts";
import { tensor } from "../../../../../core-ts/tensor/tensor.ts";
import { writeNpy } from "../../../../../hosts/shared/npy/write.ts";
import { anyAnswer, firstValues, floats, PLAIN, pictures, pixel, Run, type Setting, text } from "./runs.ts";

describe("the batches of infer_common", () => {
  it("are the files in the order of their names, -bs at once, the rest in a smaller batch", async () => {
    const one = new Run({ files: { ...pictures(3, 1, 2), "d/0.PNG": pixel(0), "d/4.JPEG": pixel(4) } });
    await one.pass(anyAnswer);
    expect(firstValues(one)).toEqual([[0, 1], [2, 3], [4]]);
    expect(one.expected).toEqual([3]);
    expect(one.notes).toEqual(["d holds 5 samples that were used, -i 100 and -bs 2 ask for 200"]);
  });

  it("are -i of them, and a note says what was left out", async () => {
    const one = new Run({ files: pictures(0, 1, 2, 3, 4), executor: { iteration: 2 } });
    await one.pass(anyAnswer);
    expect(firstValues(one)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(one.notes).toEqual([
      "4 samples of the 5 files in d were used (-i 2, batches of 2); a larger -i takes more",
    ]);
  });

  it("are one where nobody says how many, but all of them to test a model", async () => {
    const setting = { files: pictures(0, 1, 2), options: { countGiven: false } };
    const quant = new Run({ ...setting, executor: { iteration: 1 } });
    await quant.pass(anyAnswer);
    expect(quant.notes.join()).toMatch(/^2 samples of the 3 files in d were used \(-i 1, batches of 2\)/);
    expect(firstValues(quant)).toEqual([[0, 1]]);
    const infer = new Run({ ...setting, executor: { iteration: 1, run_mode: "infer" } });
    await infer.pass(anyAnswer);
    expect(firstValues(infer)).toEqual([[0, 1], [2]]);
    expect([infer.notes, infer.expected]).toEqual([[], [2]]);
  });

  it("of a model with a fixed batch are full; testing fills the last one and cuts those answers off", async () => {
    const setting = {
      files: { ...pictures(0, 1, 2), "l.txt": text("0.png 0\n1.png 0\n2.png 1\n") },
      shapes: { x: [2, 1, 1, 2] },
    };
    const quant = new Run(setting);
    await quant.pass(anyAnswer);
    expect(firstValues(quant)).toEqual([[0, 1]]);
    expect(quant.notes).toContain("d: 1 that do not fill a batch of 2 left out");
    const configs = { x: { ...PLAIN, calculate_acc: true, label_dir: "l.txt" } };
    const infer = new Run({ ...setting, configs, executor: { run_mode: "infer" } });
    expect(await infer.pass(anyAnswer)).toBeCloseTo(200 / 3, 12);
    expect(firstValues(infer)).toEqual([
      [0, 1],
      [2, 2],
    ]);
    const few = new Run({ ...setting, shapes: { x: [4, 1, 1, 2] } });
    await expect(few.pass(anyAnswer)).rejects.toThrow(
      /d holds 3 samples that can be used, the model takes 4 at once/,
    );
  });

  it("cycle the inputs to the longest", async () => {
    const files = {
      ...pictures(0, 1, 2),
      "e/a.npy": writeNpy(tensor("float32", [2, 2], Float32Array.of(7, 7, 8, 8))),
    };
    const configs = { x: PLAIN, z: { quant_data_format: "Numpy", data_dir: "e" } };
    const one = new Run({ files, configs, shapes: { x: ["n", 1, 1, 2], z: ["n", 2] } });
    await one.pass(anyAnswer);
    expect(firstValues(one)).toEqual([[0, 1], [2]]);
    expect(firstValues(one, 2, 1)).toEqual([[7, 8], [7]]);
    const other = new Run({
      files,
      configs: { x: { ...PLAIN, data_dir: "d/0.png" }, z: configs.z },
      shapes: { x: ["n", 1, 1, 2], z: ["n", 2] },
    });
    await other.pass(anyAnswer);
    expect([firstValues(other), firstValues(other, 2, 1)]).toEqual([[[0, 0]], [[7, 8]]]);
  });

  it("come from -d where there is no data_dir: below it, from a folder of the input's name", async () => {
    const config = { quant_data_format: "Bin" };
    const files = { "d/x/a.bin": floats(1, 2), "d/z/a.bin": floats(5) };
    const one = new Run({
      files,
      configs: { 0: config, 1: config },
      shapes: { x: [1, 2], z: [1, 1] },
      executor: { dataset: "d/" },
    });
    await one.pass(anyAnswer);
    expect(one.fed).toEqual([[[1, 2], [5]]]);
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
    const found = new Run(setting).pass(anyAnswer);
    await expect(found).rejects.toThrow(message);
    await expect(found).rejects.toSatisfy(
      (error) => error instanceof DataError || error instanceof ConfigError,
    );
  });
});
