import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knight, Scratch } from "../../support/command.ts";

const DIGITS = [
  "-m",
  "examples/digits/digits.onnx",
  "-uds",
  "examples/digits/infer_digits.ts",
  "-if",
  "infer_digits",
];
const DATA = ["-d", "examples/digits/calibration.npy", "-bs", "16"];

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.remove());

const quant = (...args: string[]) =>
  knight(["quant", ...DIGITS, ...DATA, "--save-dir", scratch.path, ...args]);
const bytes = (name: string) => readFileSync(join(scratch.path, name));

describe("several modes and iterations", () => {
  it("are all quantized, ranked by loss, and the best one is also the result", async () => {
    const { code, out, err } = await quant("-qm", "kl", "min_max", "-i", "2", "6");
    expect(code).toBe(0);
    const rows = [...out.matchAll(/│ (kl|min_max) +│ +(\d) │ .* │ +([\d.]+) % │/g)].map(
      ([, mode, n, loss]) => ({ folder: `${mode}_i${n}`, loss: Number(loss) }),
    );
    expect(rows.map(({ folder }) => folder).toSorted()).toEqual([
      "kl_i2",
      "kl_i6",
      "min_max_i2",
      "min_max_i6",
    ]);
    expect(rows.map(({ loss }) => loss)).toEqual(rows.map(({ loss }) => loss).toSorted((a, b) => a - b));
    expect(bytes("digits_quantize.onnx").equals(bytes(`${rows[0]!.folder}/digits_quantize.onnx`))).toBe(true);
    expect(err.match(/^Calibration/gm)).toHaveLength(1);
    expect(err.match(/^Strategy .*: begins$/gm)).toHaveLength(4);
    expect(err.match(/^Strategy .*: done, result \d/gm)).toHaveLength(4);
  });

  it("give the same bytes as a run of their own", async () => {
    await quant("-qm", "mse", "kl", "-i", "2", "5");
    const together = ["mse_i2", "mse_i5", "kl_i2", "kl_i5"].map((folder) =>
      bytes(`${folder}/digits_quantize.onnx`),
    );
    for (const [k, [mode, n]] of [
      ["mse", "2"],
      ["mse", "5"],
      ["kl", "2"],
      ["kl", "5"],
    ].entries()) {
      await quant("-qm", mode!, "-i", n!);
      expect(bytes("digits_quantize.onnx").equals(together[k]!), `${mode} ${n}`).toBe(true);
    }
  });

  it("all stands for every mode; one given twice counts once", async () => {
    const { out } = await quant("-qm", "all", "kl", "-i", "2", "2");
    expect(out.match(/│ (min_max|kl|kl_v2|mse|percentile) +│ +2 │/g)).toHaveLength(5);
  });

  it("go on where the infer function throws on one of the models", async () => {
    const script = scratch.file(
      "third.mjs",
      `import { onnxInferFunc } from "knight-quant";
       let runs = 0;
       onnxInferFunc.register("third_throws", async (executor) => {
         executor.init_shape_info();
         await executor.forward({ dtype: "float32", dims: [1, 1, 8, 8], data: new Float32Array(64).fill(1) });
         if (++runs === 3) throw new Error("I do not like it");
         return runs;
       });`,
    );
    const run = (...modes: string[]) =>
      knight([
        "quant",
        "-m",
        DIGITS[1]!,
        "-uds",
        script,
        "-if",
        "third_throws",
        "-s",
        scratch.path,
        "-qm",
        ...modes,
      ]);
    const { code, out } = await run("kl", "min_max", "mse");
    expect(code).toBe(0);
    expect(out).toMatch(/│ min_max +│ +1 │ +1 │ +│ +Fail │/);
    expect(out).toContain("I do not like it");
    expect(out).toMatch(/│ mse +│ +1 │ +1 │ +4 │/);
  });
});
