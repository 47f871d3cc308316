/** examples/classification without a file system: pictures and labels in memory, as a browser page or an HTTP client gives them. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../../core-ts/tensor/tensor.ts";
import { loadNodeImages } from "../../../../hosts/node/images.ts";
import { loadNodeKernels } from "../../../../hosts/node/kernels.ts";
import { createNodeBackend } from "../../../../hosts/node/ort.ts";
import { loadNodeReportPage } from "../../../../hosts/node/report-page.ts";
import { inferJob, type JobFile, type JobHost, quantizeJob } from "../../../../hosts/shared/job/index.ts";

const EXAMPLES = new URL("../../../../examples/", import.meta.url);
const file = (path: string): JobFile => ({
  name: path.replace(/^.*\//, ""),
  bytes: readFileSync(new URL(path, EXAMPLES)),
});

const host: JobHost = {
  createBackend: async () => createNodeBackend({ threads: 1 }),
  loadKernels: () => loadNodeKernels(),
  loadImages: loadNodeImages,
  loadReportPage: loadNodeReportPage,
  now: () => 0,
  cpuCount: 1,
  version: "test",
  signal: new AbortController().signal,
  onEvent: () => undefined,
};

const labels = file("classification/labels/labels.txt");
const names = [...new TextDecoder().decode(labels.bytes).matchAll(/\S+\.png/g)].map(([name]) => name);
const data = names.map((name) => file(`classification/pictures/${name}`));
const model = file("digits/digits.onnx");
const { quant } = JSON.parse(
  readFileSync(new URL("classification/run_config_cls.json", EXAMPLES), "utf8"),
) as { quant: Record<string, unknown> & { "input-configs": [Record<string, unknown>] } };
const [entry] = quant["input-configs"];
const options = (more: Record<string, unknown>) => ({
  "infer-func": "infer_common",
  "batch-size": 8,
  "input-configs": [{ ...entry, ...more }],
});

describe("infer_common in a job", () => {
  it("measures against labels that were given, whatever folder another machine had", async () => {
    const given = options({ label_dir: "labels.txt" });
    const request = { model, data, companions: [labels], options: given };
    const { report, model: fixed, files } = await quantizeJob(request, host);
    expect(report.float).toBe(90);
    expect(report.figures[0]).toEqual({ name: "top-1", float: 90, fixed: report.fixed });
    expect(report.warnings).toContain(
      '"data_dir" examples/classification/pictures is left aside: the data are the files given',
    );
    expect(files.map(({ name }) => name)).not.toContain("labels/labels.txt");
    const one = { ...given, "batch-size": 1 };
    const tested = await inferJob({ ...request, model: fixed, options: one }, host);
    expect(tested).toMatchObject({ result: report.fixed, quantized: true });
    expect(tested.figures.map(({ name }) => name)).toEqual(["top-1", "top-5"]);
    expect(tested.batches).toHaveLength(40);
  });

  it("gives back the float model's answers as labels where there are none", async () => {
    const { report, files } = await quantizeJob({ model, data, options: options({ label_dir: null }) }, host);
    expect(report.float).toBe(100);
    const made = files.find(({ name }) => name === "labels/labels.txt");
    const plain = { ...options({ calculate_acc: false }), "batch-size": 40 };
    const { batches } = await inferJob({ model, data, options: plain }, host);
    const { data: logits } = [...batches[0]!.values()][0] as Tensor & { data: Float32Array };
    const answers = names.map((name, i) => {
      const row = [...logits.subarray(i * 10, (i + 1) * 10)];
      return `${name} ${row.indexOf(Math.max(...row))}\n`;
    });
    expect(new TextDecoder().decode(made!.bytes)).toBe(answers.join(""));
  });
});
