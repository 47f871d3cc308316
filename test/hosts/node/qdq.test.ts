/** --ir qdq and QDQ models as a user meets them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { loadNpy } from "../../../hosts/node/load-npy.ts";
import { knight, Scratch } from "../../support/command.ts";

const DEMO = fileURLToPath(new URL("../../../examples/digits/", import.meta.url));
const scratch = new Scratch();
afterAll(() => scratch.remove());

const run = (model: string, folder: string, ...more: string[]) => {
  const data = [
    "-uds",
    join(DEMO, "infer_digits.ts"),
    "-if",
    "infer_digits",
    "-d",
    join(DEMO, "test_images.npy"),
  ];
  return knight(["quant", "-m", model, ...data, "-i", "4", "-bs", "1", "-s", folder, ...more]);
};

const fact = (out: string, name: string) => new RegExp(`^${name} +(.*)$`, "m").exec(out)?.[1];

describe("--ir qdq", () => {
  const folder = join(scratch.path, "qdq");
  const written = join(folder, "digits_quantize.onnx");

  it("writes the QDQ model in the fixed one's place, evaluates it and compares its layers", async () => {
    const { code, out, err } = await run(join(DEMO, "digits.onnx"), folder, "--ir", "qdq");
    expect([code, err.match(/error|warning/i)]).toEqual([0, null]);
    expect(fact(out, "QDQ result")).toBe("100");
    expect(out).toMatch(/stem_conv|pointwise_conv/);
    const model = await readModel(readFileSync(written), {});
    expect(model.graph.nodes.some(({ op }) => op === "QuantizeLinear")).toBe(true);
    expect(model.graph.nodes.every(({ domain }) => domain === "")).toBe(true);
  });

  it("-r infer runs it and knows whose it is", async () => {
    const { code, out } = await run(written, scratch.path, "-r", "infer");
    expect(code).toBe(0);
    expect(fact(out, "Model")).toContain("(quantized, TX5368AV200, 8 bit, kl)");
    expect(fact(out, "Result")).toBe("100");
  });

  it("quantizing it takes its scales: no calibration, and that is said", async () => {
    const { code, out, err } = await run(written, join(scratch.path, "again"));
    expect(code).toBe(0);
    expect(err).toMatch(/^Float model 4 batches/);
    expect(fact(out, "Calibration")).toMatch(/^not needed: all \d+ scales are the model's own/);
    expect(fact(out, "Fixed result")).toBe("100");
  });

  it("-du writes its layers as the real numbers they are", async () => {
    const dumped = join(scratch.path, "dump");
    await run(join(DEMO, "digits.onnx"), dumped, "--ir", "qdq", "-du");
    const { layers } = JSON.parse(readFileSync(join(dumped, "dump.json"), "utf8"));
    const [first] = Object.values(layers) as { folder: string; dtype: string; scale: number }[];
    expect([first!.dtype, first!.scale]).toEqual(["float32", 1]);
    const quant = await loadNpy(join(dumped, "dump", "quant", first!.folder, "batch_0.npy"));
    const float = await loadNpy(join(dumped, "dump", "float", first!.folder, "batch_0.npy"));
    const difference = toNumbers(quant).map((v, i) => Math.abs(v - toNumbers(float)[i]!));
    // 8 bit: a step is a hundredth of the range.
    expect(Math.max(...difference)).toBeLessThan(0.03 * Math.max(...toNumbers(float).map(Math.abs)));
  });

  it("-od has no effect on it, and that is said", async () => {
    const { out } = await run(join(DEMO, "digits.onnx"), join(scratch.path, "od"), "--ir", "qdq", "-od");
    expect(out).toContain("-od/--output-dequant has no effect with --ir qdq");
  });

  it("another form is refused with those there are", async () => {
    const { code, err } = await run(join(DEMO, "digits.onnx"), join(scratch.path, "no"), "--ir", "qoperator");
    expect(code).toBe(2);
    expect(err).toMatch(/--ir.*qoperator.*fixed.*qdq/s);
  });
});
