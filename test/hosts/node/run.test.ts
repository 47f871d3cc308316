import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { writeModelExternal } from "../../../core-ts/onnx/write.ts";
import { loadNpy } from "../../../hosts/node/load-npy.ts";
import { nodeBackend } from "../../support/backends.ts";
import { knight, Scratch } from "../../support/command.ts";

const DEMO = fileURLToPath(new URL("../../../examples/digits/", import.meta.url));
const MODEL = join(DEMO, "digits.onnx");
const scratch = new Scratch();
afterAll(() => scratch.remove());

/** The demo's command line on the first images of a file. */
const digits = (file: string) => [
  "-uds",
  join(DEMO, "infer_digits.ts"),
  "-if",
  "infer_digits",
  "-d",
  join(DEMO, file),
];
const quantize = (folder: string, ...more: string[]) =>
  knight([
    "quant",
    "-m",
    MODEL,
    ...digits("calibration.npy"),
    "-i",
    "4",
    "-bs",
    "16",
    "-qm",
    "min_max",
    "-s",
    folder,
    ...more,
  ]);

function fact(out: string, name: string): string | undefined {
  return new RegExp(`^${name} +(.*)$`, "m").exec(out)?.[1];
}

describe("-r quant", () => {
  const folder = join(scratch.path, "out");

  it("writes the files of facts.md and prints results on stdout, progress on stderr", async () => {
    const { code, out, err } = await quantize(folder);
    expect(err).toMatch(/^Calibration 4 batches in .* s\nEvaluation 4 batches in .* s\n$/);
    expect(code).toBe(0);
    expect(fact(out, "Target")).toBe("TX5368AV200, 8 bit, min_max");
    expect(fact(out, "Calibration")).toBe("64 samples");
    // README of the demo: the float network is right on nearly all of its training images.
    expect(Number(fact(out, "Float result"))).toBeGreaterThan(98);
    expect(Number(fact(out, "Fixed result"))).toBeGreaterThan(95);
    const [float, fixed] = ["Float result", "Fixed result"].map((name) => Number(fact(out, name)));
    const loss = Number(/^([\d.]+) %$/.exec(fact(out, "Quantization Loss")!)![1]);
    expect(loss).toBeCloseTo((100 * Math.abs(fixed! - float!)) / float!, 3);
    expect(out).toMatch(/^[\d.]+ % lost: [\d.]+ became [\d.]+, outputs [\d.]+ dB$/m);
    expect(out).toMatch(/^The 5 worst of 12 layers, .* on the first 8 batches:$/m);
    expect(out).not.toContain("\x1b[");
    expect(scratch.list().filter((path) => path.startsWith("out"))).toEqual([
      "out",
      "out/advice",
      "out/advice/1_mix.json",
      "out/advice/2_mix.json",
      "out/advice/3_mix.json",
      "out/digits_quantize.onnx",
      "out/digits_report.html",
      "out/digits_report.json",
      "out/steps",
      "out/steps/optimized_float.onnx",
      "out/steps/output_all_layers_quantize.onnx",
    ]);
    for (const file of ["digits_quantize.onnx", "steps/optimized_float.onnx"]) expect(out).toContain(file);
  });

  it("writes the same bytes again", async () => {
    await quantize(join(scratch.path, "again"));
    const [a, b] = ["out", "again"].map((name) =>
      readFileSync(join(scratch.path, name, "digits_quantize.onnx")),
    );
    expect(a!.equals(b!)).toBe(true);
  });

  it("gives infer_auto's result for what it is", async () => {
    const { code, out } = await knight([
      "quant",
      "-m",
      MODEL,
      "-i",
      "2",
      "-qm",
      "min_max",
      "-s",
      join(scratch.path, "auto"),
    ]);
    expect(code).toBe(0);
    expect(fact(out, "Float result")).toBe("1");
    expect(Number(fact(out, "Fixed result"))).toBeGreaterThan(0.9);
    expect(out).toContain(
      "infer_auto fed random numbers: the fixed result is the cosine of the outputs to the float model's",
    );
  });

  it("tells of options without effect and logs what -l asks for", async () => {
    const { out, err } = await quantize(join(scratch.path, "logged"), "-per", "0.99", "-l", "0");
    expect(out).toMatch(/Warnings:\n {2}-per\/--percent has no effect with -qm min_max/);
    expect(err).toContain("[DEBUG] onnxruntime-node");
    expect(err).toContain("registers infer_digits");
    expect(err).toMatch(/\[DEBUG\] plan:\nConv "stem_conv": 8 bit -> /);
  });
});

describe("-du and -r compare", () => {
  it("write every layer of every batch, float and quantized, and what makes them comparable", async () => {
    for (const option of [["-du"], ["-r", "compare"]]) {
      const folder = join(scratch.path, `dump${option.length}`);
      expect((await quantize(folder, "-ib", "16", ...option)).code).toBe(0);
      const { layers } = JSON.parse(readFileSync(join(folder, "dump.json"), "utf8"));
      expect(Object.keys(layers)).toEqual(
        Array.from({ length: 11 }, (_, i) => `000${i}`.slice(-4).padStart(4, "0")),
      );
      expect(layers["0000"]).toMatchObject({
        layer: "stem_conv",
        op_type: "Conv",
        folder: "0000:stem_conv",
        dtype: "int8",
      });
      for (const { folder: layer, dtype, scale } of Object.values<{
        folder: string;
        dtype: string;
        scale: number;
      }>(layers)) {
        for (let batch = 0; batch < 4; batch++) {
          const float = await loadNpy(join(folder, "dump/float", layer, `batch_${batch}.npy`));
          const quant = await loadNpy(join(folder, "dump/quant", layer, `batch_${batch}.npy`));
          expect([float.dtype, quant.dtype, quant.dims]).toEqual(["float32", dtype, float.dims]);
          expect(float.dims[0]).toBe(16);
          expect(cosine(float.data as Float32Array, quant.data as Int8Array, scale)).toBeGreaterThan(0.97);
        }
      }
    }
  });
});

/** Of l and scale·r; 8-bit layers of this network are above 0.99, a wrong pairing of layers far below 0.9. */
function cosine(l: Float32Array, r: Int8Array, scale: number): number {
  let [dot, l2, r2] = [0, 0, 0];
  for (const [i, a] of l.entries()) {
    const b = r[i]! * scale;
    dot += a * b;
    l2 += a * a;
    r2 += b * b;
  }
  return dot / Math.sqrt(l2 * r2);
}

describe("-r infer", () => {
  const infer = (model: string, ...more: string[]) =>
    knight(["quant", "-r", "infer", "-m", model, ...digits("test_images.npy"), "-i", "100", ...more]);

  it("runs a float model and a quantized one, and needs no save-dir", async () => {
    const float = await infer(MODEL, "-s", "/dev/null/nowhere");
    expect(float).toMatchObject({ code: 0, err: expect.stringMatching(/^Inference 100 batches in .* s\n$/) });
    expect(fact(float.out, "Model")).toBe(`${MODEL} (float)`);
    const file = join(scratch.path, "out/digits_quantize.onnx");
    const fixed = await infer(file);
    expect(fact(fixed.out, "Model")).toBe(`${file} (quantized, TX5368AV200, 8 bit, min_max)`);
    // The first hundred of 500 images of which the float network knows 98 %.
    for (const { out } of [float, fixed]) expect(Number(fact(out, "Result"))).toBeGreaterThan(94);
  });

  it("runs the model that shows every layer", async () => {
    const script = scratch.file(
      "all.ts",
      `import { onnxInferFunc } from "knight-quant";
       onnxInferFunc.register("count", async (e) => {
         const out = await e.forward({ dtype: "float32", dims: [1, 1, 8, 8], data: new Float32Array(64) });
         return out.length === e.output_node_list.length ? out.length : -1;
       });`,
    );
    const model = join(scratch.path, "out/steps/output_all_layers_quantize.onnx");
    const { out } = await knight(["quant", "-r", "infer", "-m", model, "-uds", script, "-if", "count"]);
    expect(Number(fact(out, "Result"))).toBeGreaterThanOrEqual(11);
  });

  it("refuses another batch than the quantized model's", async () => {
    const { code, err } = await infer(join(scratch.path, "out/digits_quantize.onnx"), "-bs", "10");
    expect(code).toBe(2);
    expect(err).toContain("was quantized for a batch of 1; give -bs 1, or quantize again with -ib 10");
  });

  it("makes no accuracy up for infer_auto", async () => {
    const { out } = await knight(["quant", "-r", "infer", "-m", MODEL]);
    expect(fact(out, "Result")).toContain("there is no accuracy to tell");
  });
});

describe("-r convert", () => {
  it("writes the optimized float model, which runs in ONNX Runtime", async () => {
    const folder = join(scratch.path, "converted");
    const { code, out } = await knight(["quant", "-r", "convert", "-m", MODEL, "-s", folder, "-ib", "2"]);
    expect(code).toBe(0);
    expect(fact(out, "Optimized")).toBe(join(folder, "digits_optimized.onnx"));
    const session = await nodeBackend().createSession(readFileSync(join(folder, "digits_optimized.onnx")));
    const image = { dtype: "float32", dims: [2, 1, 8, 8], data: new Float32Array(128) } as const;
    expect((await session.run(new Map([["image", image]]))).get("logits")!.dims).toEqual([2, 10]);
    await session.release();
  });
});

describe("a model with external data", () => {
  it("quantizes to the same file, and runs", async () => {
    const model = await readModel(readFileSync(MODEL));
    const parts = writeModelExternal(model, { location: "weights.bin", threshold: 1 });
    mkdirSync(join(scratch.path, "split"));
    const file = scratch.file("split/digits.onnx", parts.model);
    scratch.file("split/weights.bin", parts.data);
    const folder = join(scratch.path, "from-split");
    const args = [...digits("calibration.npy"), "-i", "4", "-bs", "16"];
    const { err, code } = await knight(["quant", "-m", file, ...args, "-qm", "min_max", "-s", folder]);
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    const [a, b] = ["out", "from-split"].map((name) =>
      readFileSync(join(scratch.path, name, "digits_quantize.onnx")),
    );
    expect(a!.equals(b!)).toBe(true);
    expect(await knight(["quant", "-r", "infer", "-m", file, ...args])).toMatchObject({ code: 0 });
  });
});

describe("threads", () => {
  it.each([
    ["5", 2],
    ["1", 1],
  ])("-cn %s on two cores gives ONNX Runtime %i", async (asked, given) => {
    const threads: number[] = [];
    const createBackend = async (n: number) => {
      threads.push(n);
      return nodeBackend();
    };
    await knight(["quant", "-r", "infer", "-m", MODEL, "-cn", asked], { createBackend });
    expect(threads).toEqual([given]);
  });
});
