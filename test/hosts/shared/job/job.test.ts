import { readFile } from "node:fs/promises";
import { encode } from "fast-png";
import { describe, expect, it } from "vitest";
import { absentBackend } from "../../../../core-ts/backend.ts";
import { rows } from "../../../../core-ts/calibrate/batches.ts";
import { ConfigError, DataError } from "../../../../core-ts/errors.ts";
import { tensor } from "../../../../core-ts/tensor/tensor.ts";
import { loadNodeImages } from "../../../../hosts/node/images.ts";
import { loadNodeKernels } from "../../../../hosts/node/kernels.ts";
import { createNodeBackend } from "../../../../hosts/node/ort.ts";
import { loadNodeReportPage } from "../../../../hosts/node/report-page.ts";
import {
  inferJob,
  inspectJob,
  type JobEvent,
  type JobFile,
  type JobHost,
  jobOptions,
  quantizeJob,
} from "../../../../hosts/shared/job/index.ts";
import { readNpy } from "../../../../hosts/shared/npy/read.ts";
import { writeNpy } from "../../../../hosts/shared/npy/write.ts";

const DEMO = new URL("../../../../examples/digits/", import.meta.url);

async function file(name: string, as = name): Promise<JobFile> {
  return { name: as, bytes: await readFile(new URL(name, DEMO)) };
}

function host(events: JobEvent[] = []): JobHost {
  return {
    createBackend: async () => createNodeBackend({ threads: 1 }),
    loadKernels: () => loadNodeKernels(),
    loadImages: loadNodeImages,
    loadReportPage: loadNodeReportPage,
    now: () => 0,
    cpuCount: 1,
    version: "test",
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
  };
}

describe("a job", async () => {
  const [model, images] = [await file("digits.onnx"), await file("calibration.npy")];

  it("quantizes on all the data and gives back model, scales, files, report and events", async () => {
    const events: JobEvent[] = [];
    const options = { "batch-size": 32, "quant-mode": "mse" };
    const result = await quantizeJob({ model, data: [images], options }, host(events));
    expect(result.model.name).toBe("digits_quantize.onnx");
    expect(result.files.map(({ name }) => name)).toContain("digits_scale.json");
    expect(result.report).toMatchObject({ bits: 8, mode: "mse", float: 1 });
    expect(result.report.fixed).toBeGreaterThan(0.99);
    expect(result.report.calibration).toMatch(/^256 samples/);
    expect(Object.values(result.scales).every(({ scale }) => scale > 0)).toBe(true);
    expect(result.text).toContain("data without labels");
    const progress = events.filter((event) => event.kind === "progress");
    expect(progress.at(-1)).toEqual({ kind: "progress", label: "Evaluation", done: 8, total: 8 });
  });

  it("runs the float and the quantized model and gives the outputs in real units", async () => {
    const { model: fixed } = await quantizeJob(
      { model, data: [images], options: { "bit-width": 16 } },
      host(),
    );
    const four = rows(readNpy(images.bytes, "images"), 0, 4);
    const some = { name: "four.npy", bytes: writeNpy(four) };
    const outputs = await Promise.all(
      [model, fixed].map(async (one) => (await inferJob({ model: one, data: [some] }, host())).batches),
    );
    const [float, real] = outputs.map((batches) => batches.map((batch) => [...batch.values()][0]!.data));
    expect(float).toHaveLength(4);
    // 16 bit: three decimals of logits whose range is about 20.
    for (const [i, answers] of float!.entries())
      for (const [k, answer] of (answers as Float32Array).entries())
        expect((real![i] as Float32Array)[k]).toBeCloseTo(answer, 1);
  });

  it("quantizes from a calibration cache that was handed in", async () => {
    const cache = "digits.cache";
    const first = await quantizeJob(
      { model, data: [images], options: { "cache-distribution": cache } },
      host(),
    );
    const made = first.files.find(({ name }) => name === cache);
    expect(made).toBeDefined();
    const again = await quantizeJob(
      { model, companions: [made!], data: [images], options: { "cache-distribution": cache } },
      host(),
    );
    expect(Buffer.from(again.model.bytes)).toEqual(Buffer.from(first.model.bytes));
  });

  it("feeds pictures as input-configs say, and reports what it assumes", async () => {
    const data = [3, 5].map((grey) => ({
      name: `${grey}.png`,
      bytes: encode({ width: 9, height: 16, channels: 1, data: new Uint8Array(144).fill(grey * 16) }),
    }));
    const entry = { is_yolo: true, mean: [0], std: [16] };
    const result = await quantizeJob({ model, data, options: { "input-configs": [entry] } }, host());
    expect(result.report.calibration).toMatch(/^2 samples/);
    expect(result.report.warnings.filter((text) => text.startsWith("pictures"))).toEqual([
      expect.stringContaining("color_space is taken to be GRAY"),
      expect.stringContaining("borders are filled with 114"),
    ]);
  });

  it("quantizes without running anything where the scales or the statistics are given", async () => {
    const full = host();
    const absent = { ...full, createBackend: async () => absentBackend("a test has none") };
    const options = { "cache-distribution": "first.cache" };
    const first = await quantizeJob({ model, data: [images], options }, full);
    const part = (name: string) => first.files.find((one) => one.name === name)!;
    const optimized = { ...part("steps/optimized_float.onnx"), name: "digits.onnx" };
    const byScales = {
      model: optimized,
      companions: [part("digits_scale.json")],
      options: { "load-scale-json": "digits_scale.json" },
    };
    const byCache = { model: optimized, companions: [part("first.cache")], options };
    for (const request of [byScales, byCache]) {
      const result = await quantizeJob(request, absent);
      expect(Buffer.from(result.model.bytes)).toEqual(Buffer.from(first.model.bytes));
      expect(result.report).toMatchObject({ float: undefined, fixed: undefined, layers: [] });
      expect(result.text).toContain("not measured: no model can be run here");
    }
    await expect(quantizeJob({ model: optimized }, absent)).rejects.toThrow(/nothing can be calibrated/);
    const unshaped = quantizeJob({ ...byScales, model }, absent);
    await expect(unshaped).rejects.toThrow(
      /the shape of ".*" is not known: .* give steps\/optimized_float.onnx/,
    );
  });

  it("looks at a model without data", async () => {
    expect(await inspectJob({ model }, host())).toBeInstanceOf(Array);
  });

  it.each([
    [{ "user-defined-script": "x.ts" }, /"user-defined-script" can't be given to a job/],
    [{ bit_width: 9 }, /expected one of 8, 16/],
    [{ nonsense: 1 }, /unknown key "nonsense"/],
    [{ "mix-config": "mix.json" }, /"mix.json", which is not among the files given/],
  ])("refuses %j", async (options, message) => {
    const job = quantizeJob({ model, options }, host());
    await expect(job).rejects.toBeInstanceOf(ConfigError);
    await expect(job).rejects.toThrow(message);
  });

  it("says which file does not fit the model", async () => {
    const data = [{ name: "wrong.npy", bytes: writeNpy(tensor("float32", [2, 5], new Float32Array(10))) }];
    const job = quantizeJob({ model, data }, host());
    await expect(job).rejects.toBeInstanceOf(DataError);
    await expect(job).rejects.toThrow(/data\/wrong.npy holds an array of shape \[2, 5\]/);
  });

  it("describes its options by the command line's table", () => {
    const byName = new Map(jobOptions().map((option) => [option.long, option]));
    expect(byName.get("bit-width")?.schema).toEqual({ type: "integer", enum: [8, 16] });
    expect(byName.get("output-dequant")?.schema).toEqual({ type: "boolean" });
    expect(byName.get("percent")).toMatchObject({
      fallback: 0.99999,
      schema: { exclusiveMinimum: 0, maximum: 1 },
    });
    expect(byName.has("model")).toBe(false);
  });
});
