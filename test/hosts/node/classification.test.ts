/** Classification with a run-config and a folder of pictures, no script: examples/classification, and real pictures. */
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { rows } from "../../../core-ts/calibrate/batches.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { decodePicture } from "../../../hosts/shared/images/decode.ts";
import { readLabels } from "../../../hosts/shared/infer/configured/labels.ts";
import { readNpy } from "../../../hosts/shared/npy/read.ts";
import { writeNpy } from "../../../hosts/shared/npy/write.ts";
import { knight, Scratch } from "../../support/command.ts";

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const EXAMPLE = path("examples/classification");
const [FIRST, COUNT] = [80, 40];

const scratch = new Scratch();
afterAll(() => scratch.remove());

const array = (name: string): Tensor => readNpy(readFileSync(path(`examples/digits/${name}`)), name);
const images = rows(array("test_images.npy"), FIRST, FIRST + COUNT);
const labels = rows(array("test_labels.npy"), FIRST, FIRST + COUNT);

type Json = Record<string, unknown>;
const shipped = JSON.parse(readFileSync(join(EXAMPLE, "run_config_cls.json"), "utf8")) as {
  quant: Json & { "input-configs": [Json] };
};
const [entry] = shipped.quant["input-configs"];

/** The example's run-config with other values, and paths from anywhere. */
function config(name: string, more: Json = {}, options: Json = {}): string {
  const absolute = { data_dir: path(String(entry.data_dir)), label_dir: path(String(entry.label_dir)) };
  const quant = {
    ...shipped.quant,
    ...options,
    model: path(String(shipped.quant.model)),
    "save-dir": join(scratch.path, name),
    "input-configs": [{ ...entry, ...absolute, ...more }],
  };
  return scratch.file(`${name}.json`, JSON.stringify({ quant }));
}

const result = (out: string, name: string) => Number(new RegExp(`^${name} +(\\S+)`, "m").exec(out)?.[1]);

describe("examples/classification", () => {
  it("holds the pictures and labels of the demo's arrays", () => {
    const truth = readLabels(readFileSync(join(EXAMPLE, "labels/labels.txt")), "labels.txt");
    expect([...truth.values()]).toEqual([...(labels.data as Int32Array)]);
    for (const [i, name] of [...truth.keys()].entries()) {
      const { rgba } = decodePicture(readFileSync(join(EXAMPLE, "pictures", name)), name);
      const grey = Array.from({ length: 64 }, (_, k) => rgba[k * 4]! / 15);
      expect(grey).toEqual([...(rows(images, i, i + 1).data as Float32Array)]);
    }
  });

  it("gives what the arrays give: 36 of 40 by the float model, and the same model", async () => {
    const { code, out, err } = await knight(["quant", "-rc", config("example")]);
    expect({ code, err }).toMatchObject({ code: 0 });
    // ONNX Runtime itself on the same arrays: wrong on 84, 85, 94 and 111 only.
    expect(result(out, "Float result")).toBe(90);
    expect(out).toMatch(/top-1 +float 90 %, fixed 90 %\ntop-5 +float 100 %, fixed 100 %/);
    expect(out).toContain(
      "infer_common.py is the original tool's script: the built-in infer_default is used",
    );
    scratch.file("some_images.npy", writeNpy(images));
    scratch.file("some_labels.npy", writeNpy(labels));
    const given = [
      "-m",
      path("examples/digits/digits.onnx"),
      "-uds",
      path("examples/digits/infer_digits.ts"),
      "-qm",
      "kl",
    ];
    const data = ["-if", "infer_digits", "-d", join(scratch.path, "some_images.npy"), "-bs", "8", "-i", "5"];
    const arrays = await knight(["quant", ...given, ...data, "-s", join(scratch.path, "arrays")]);
    for (const name of ["Float result", "Fixed result"])
      expect(result(out, name)).toBe(result(arrays.out, name));
    const model = (folder: string) => readFileSync(join(scratch.path, folder, "digits_quantize.onnx"));
    expect(model("example")).toEqual(model("arrays"));
  });

  it("tests the quantized model over the whole set, without -i", async () => {
    const file = config("whole", {}, { iteration: null, "run-mode": "infer", "batch-size": null });
    const { code, out, err } = await knight([
      "quant",
      "-rc",
      file,
      "-m",
      join(scratch.path, "example/digits_quantize.onnx"),
    ]);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining("Inference 40 batches") });
    expect(out).toMatch(
      /Result +90\ntop-1 +90 %\ntop-5 +100 %\nSpeed +40 samples in .* a second, the model alone/,
    );
  });

  it("puts uint8 of input-configs where -qid, --mean and --std put it", async () => {
    const { code, out } = await knight(["quant", "-rc", config("bytes", { quantize_input_dtype: "uint8" })]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("Float result       90") });
    const options = { "quantize-input-dtype": "uint8", mean: 0, std: 15 };
    expect((await knight(["quant", "-rc", config("options", { mean: null, std: null }, options)])).code).toBe(
      0,
    );
    const model = (folder: string) => readFileSync(join(scratch.path, folder, "digits_quantize.onnx"));
    expect(model("bytes")).toEqual(model("options"));
    // The same config feeds the float model, which has no normalisation in it, and the quantized one, which has.
    for (const tested of [
      path("examples/digits/digits.onnx"),
      join(scratch.path, "bytes/digits_quantize.onnx"),
    ]) {
      const file = config("infer", { quantize_input_dtype: "uint8" }, { "batch-size": 1, iteration: 40 });
      expect(result((await knight(["quant", "-rc", file, "-r", "infer", "-m", tested])).out, "Result")).toBe(
        90,
      );
    }
  });

  it("writes the float model's answers where there are no labels, and measures strategies and caches against them", async () => {
    mkdirSync(join(scratch.path, "set"));
    symlinkSync(path(String(entry.data_dir)), join(scratch.path, "set/pictures"));
    const own = { data_dir: join(scratch.path, "set/pictures"), label_dir: "" };
    const file = join(scratch.path, "set/labels/labels.txt");
    const failed = await knight(["quant", "-rc", config("fails", own), "-on", "nothing"]);
    expect([failed.code, existsSync(file)]).toEqual([2, false]);
    const cache = join(scratch.path, "cache.bin");
    const several = config("several", own, { "quant-mode": ["kl", "min_max"] });
    const { code, out } = await knight(["quant", "-rc", several, "-cd", cache]);
    expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining("Float result       100") });
    const written = readFileSync(file, "utf8");
    const truth = readLabels(readFileSync(join(EXAMPLE, "labels/labels.txt")), "labels.txt");
    const wrong = [...readLabels(readFileSync(file), file)].filter(
      ([name, label]) => truth.get(name) !== label,
    );
    expect(wrong.map(([name]) => name)).toEqual(
      [84, 85, 94, 111].map((i) => `digit_${String(i).padStart(3, "0")}.png`),
    );
    const again = await knight(["quant", "-rc", several, "-cd", cache]);
    expect(again.out).toContain("is there already and is left as it is");
    expect([result(again.out, "Float result"), result(again.out, "Fixed result")]).toEqual([
      100,
      result(out, "Fixed result"),
    ]);
    expect(readFileSync(file, "utf8")).toBe(written);
  });

  it("runs a user's own script of the original's name", async () => {
    const script = scratch.file(
      "infer_common.mjs",
      'import { onnxInferFunc } from "knight-quant"; onnxInferFunc.register("infer_common", () => { throw new Error("mine"); });',
    );
    const { err } = await knight(["quant", "-rc", config("mine"), "-if", "infer_common", "-uds", script]);
    expect(err).toContain('the infer function "infer_common" of');
    expect(err).toContain("mine");
    const missing = await knight(["quant", "-rc", config("gone"), "-uds", "elsewhere/infer_common.py"]);
    expect(missing.out).toContain("elsewhere/infer_common.py is the original tool's script");
    const other = await knight(["quant", "-rc", config("gone"), "-uds", "elsewhere/mine.py"]);
    expect(other.code).not.toBe(0);
  });
});

const CIFAR = path("../shared/data/cifar");
const WHY = existsSync(CIFAR) ? "" : " (skipped: ../shared is absent)";

describe.skipIf(WHY !== "")(`ResNet-20 on a folder of PNG files${WHY}`, () => {
  it("is right as often as on the arrays the pictures were made of", async () => {
    const folder = join(CIFAR, "folder200_png");
    const normal = { color_space: "RGB", mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] };
    const own = { ...normal, input_name: "input", data_dir: folder, label_dir: folder };
    const file = config("cifar", own, { "batch-size": 50, iteration: 4 });
    const { out } = await knight(["quant", "-rc", file, "-m", path("../shared/models/cifar/resnet20.onnx")]);
    // numpy and ONNX Runtime on the decoded pictures.
    expect(out).toMatch(/top-1 +float 82 %, fixed \S+ %\ntop-5 +float 99.5 %/);
  }, 60_000);
});
