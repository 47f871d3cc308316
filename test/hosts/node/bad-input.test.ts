import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import type { DType } from "../../../core-ts/tensor/dtype.ts";
import { graph, model, value } from "../../support/build-model.ts";
import { knight, type Outcome, Scratch } from "../../support/command.ts";

const DIGITS = fileURLToPath(new URL("../../../examples/digits/digits.onnx", import.meta.url));
const digits = readFileSync(DIGITS);

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.remove());

/** One clear error on the error stream, nothing on the other, exit code not 0. */
function expectOneError({ code, out, err }: Outcome, exitCode: number, message: string | RegExp): void {
  const blocks = err.split(/^(?=error: )/m).filter((part) => part.startsWith("error: "));
  expect(blocks).toHaveLength(1);
  expect(blocks[0]).toMatch(message);
  expect(blocks[0]).not.toContain("unexpected:");
  // Where it arose may stand on a second line; a stack trace may not.
  expect(blocks[0]!.trimEnd().split("\n").length).toBeLessThanOrEqual(2);
  expect(out).toBe("");
  expect(code).toBe(exitCode);
}

/** Runs into a save-dir that holds one file before, and must hold the same after. */
async function runInto(args: readonly string[]): Promise<Outcome> {
  const folder = join(scratch.path, "out");
  mkdirSync(folder);
  scratch.file("out/mine.txt", "mine");
  const before = scratch.list();
  const outcome = await knight(["quant", "--save-dir", folder, ...args]);
  expect(scratch.list()).toEqual(before);
  return outcome;
}

/** y = Relu(x) with an input of this type. */
function reluOf(dtype: DType): Uint8Array {
  const [x, y] = [value("x", [1, 4], dtype), value("y", [1, 4], dtype)];
  return writeModel(model(graph({ inputs: [x], outputs: [y], nodes: ["Relu x -> y"] })));
}

const x = value("x", [1, 4]);
const y = value("y", [1, 4]);
const cyclic = model(
  graph({ inputs: [x], outputs: [y], nodes: ["Add x b -> a", "Relu a -> b", "Relu b -> y"] }),
);
const dangling = model(graph({ inputs: [x], outputs: [y], nodes: ["Add x nowhere -> y"] }));

describe("bad models", () => {
  it.each<[string, Uint8Array, RegExp]>([
    ["truncated", digits.subarray(0, 5000), /not an ONNX model, or its file is cut off or damaged/],
    ["empty", new Uint8Array(0), /the model file is empty/],
    ["not ONNX", new TextEncoder().encode("This is a letter.\n".repeat(50)), /not an ONNX model/],
    ["cyclic", writeModel(cyclic), /cycl|circle/i],
    ["dangling", writeModel(dangling), /"nowhere"/],
    ["of float64 inputs", reluOf("float64"), /"x".*float64/],
    ["of integer inputs", reluOf("int32"), /"x".*int32/],
  ])("%s", async (name, bytes, message) => {
    const file = scratch.file(`${name.replaceAll(" ", "-")}.onnx`, bytes);
    expectOneError(await runInto(["-m", file]), 1, message);
  });

  it("not there, or a folder", async () => {
    expectOneError(
      await runInto(["-m", join(scratch.path, "no.onnx")]),
      2,
      /no\.onnx can't be read: there is no such/,
    );
    expectOneError(await knight(["quant", "-m", scratch.path, "-s", scratch.path]), 2, /it is a folder/);
  });

  it("quantized already", async () => {
    const out = join(scratch.path, "first");
    expect((await knight(["quant", "-m", DIGITS, "-s", out])).code).toBe(0);
    expectOneError(
      await runInto(["-m", join(out, "digits_quantize.onnx")]),
      1,
      /already a fixed-point model.*-r infer/,
    );
  });
});

/** A user script whose function does `body` with (executor, image), image(batch) being a fitting tensor. */
function script(body: string): string[] {
  const text = `import { onnxInferFunc } from "knight-quant";
    const image = (n, fill = 1) => ({ dtype: "float32", dims: [n, 1, 8, 8], data: new Float32Array(n * 64).fill(fill) });
    onnxInferFunc.register("infer_it", async (executor) => { ${body} });`;
  return ["-m", DIGITS, "-uds", scratch.file("infer.mjs", text), "-if", "infer_it"];
}

describe("bad data and infer functions", () => {
  it.each<[string, string, number, RegExp]>([
    ["NaN", "await executor.forward(image(2, NaN)); return 1;", 1, /NaN or infinite values in "image"/],
    [
      "infinity",
      "await executor.forward(image(1, Infinity)); return 1;",
      1,
      /NaN or infinite values in "image"/,
    ],
    [
      "a batch of the wrong shape",
      "await executor.forward({ ...image(1), dims: [1, 8, 8, 1] }); return 1;",
      1,
      /input "image" has shape \[1, 8, 8, 1\], the model takes \[batch, 1, 8, 8\]/,
    ],
    [
      "a batch of the wrong dtype",
      `await executor.forward({ dtype: "uint8", dims: [1, 1, 8, 8], data: new Uint8Array(64) }); return 1;`,
      1,
      /input "image" is uint8, the model takes float32; convert it/,
    ],
    ["an empty batch", "await executor.forward(image(0)); return 1;", 1, /input "image" is empty/],
    ["zero batches", "return 100;", 2, /infer_it" of .*infer\.mjs never called executor\.forward/],
    [
      "a function that throws",
      `throw new Error("no labels");`,
      2,
      /infer_it" of .*infer\.mjs threw: no labels/,
    ],
    [
      "no number",
      `await executor.forward(image(1)); return "98 %";`,
      2,
      /returned string, expected a finite number/,
    ],
    [
      "a function that fails on the quantized model only",
      `await executor.forward(image(1)); if (globalThis.ran) { delete globalThis.ran; throw new Error("second"); } globalThis.ran = 1; return 1;`,
      2,
      /threw: second/,
    ],
  ])("%s", async (_, body, exitCode, message) => {
    expectOneError(await runInto(script(body)), exitCode, message);
  });

  it("an unknown function name", async () => {
    const args = [...script("return 1;").slice(0, -1), "infer_that"];
    expectOneError(
      await runInto(args),
      2,
      /no infer function "infer_that"; .*registered are: infer_it, infer_auto/,
    );
  });

  it("a script that does not load", async () => {
    const file = scratch.file("broken.ts", "const = 3;");
    expectOneError(await runInto(["-m", DIGITS, "-uds", file, "-if", "f"]), 2, /broken\.ts fails to load/);
  });

  it("a data path that is not there", async () => {
    expectOneError(
      await runInto(["-m", DIGITS, "-d", "/no/data.npy"]),
      2,
      /the data path \/no\/data\.npy does not exist/,
    );
  });
});

/** A file system of its own on a folder of the scratch folder, where this process may mount one. */
function mounted(options: string): string | undefined {
  const folder = join(scratch.path, "disk");
  mkdirSync(folder);
  return spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0
    ? folder
    : undefined;
}

describe("bad save-dirs", () => {
  it("below a file", async () => {
    const file = scratch.file("file", "");
    const args = ["quant", "-m", DIGITS, "-s", join(file, "out")];
    expectOneError(
      await knight(args),
      2,
      /can't write to .*expected a folder; give another folder with --save-dir/,
    );
  });

  it.for([
    ["full", "size=64k", /can't write to .*disk: the disk is full/],
    ["read-only", "ro", /can't write to .*disk: the file system is read-only/],
  ] as const)("%s", async ([, options, message], { skip }) => {
    const folder = mounted(options) ?? skip("this process may not mount a tmpfs");
    try {
      expectOneError(await knight(["quant", "-m", DIGITS, "-s", folder, "-du"]), 2, message);
      expect(scratch.list()).toEqual(["disk"]);
    } finally {
      execFileSync("umount", [folder]);
    }
  });
});
