/** docs/deno.md: with exactly these permissions the command works, and without one of them it says which. */
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ROOT } from "../../runtimes/bundle.ts";
import { Scratch } from "../../support/command.ts";
import { denoCommand, needsDeno, WHY_NO_DENO } from "../../support/deno-command.ts";
import { type Ended, runProgram } from "../../support/program.ts";

const WEB = join(ROOT, "node_modules/onnxruntime-web");
const NATIVE = join(ROOT, "node_modules/onnxruntime-node");
const INPUTS = ["digits.onnx", "infer_digits.ts", "calibration.npy", "calibration_labels.npy"];
const QUANT = ["quant", "-m", "digits.onnx", "-uds", "infer_digits.ts", "-if", "infer_digits"];
const DATA = ["-d", "calibration.npy", "-bs", "16", "-i", "4", "-s", "out"];

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
  for (const name of INPUTS) cpSync(join(ROOT, "examples/digits", name), join(scratch.path, name));
});
afterEach(() => scratch.remove());

const MINIMUM = {
  read: [...INPUTS, "out", WEB],
  write: ["out"],
  env: ["CI"],
};
type Granted = Partial<Record<"read" | "write" | "env" | "ffi", readonly string[]>>;

/** The command in a folder that holds the demo, with these permissions and no other. */
function quantize(granted: Granted, ...more: string[]): Promise<Ended> {
  const permissions = Object.entries(granted)
    .filter(([, of]) => of.length > 0)
    .map(([name, of]) => `--allow-${name}=${of.join(",")}`);
  const command = denoCommand("hosts/deno/main.ts", permissions, scratch.path);
  return runProgram(command, [...QUANT, ...DATA, ...more]);
}

/** One error, which names what is missing, and nothing on the disk that was not there. */
async function expectRefusal(granted: Granted, code: number, message: RegExp, ...more: string[]) {
  const before = scratch.list();
  const ended = await quantize(granted, ...more);
  expect(ended.code).toBe(code);
  expect(ended.out).toBe("");
  expect(ended.err.match(/^error: .*$/gm)).toEqual([expect.stringMatching(message)]);
  expect(ended.err).not.toMatch(/^ +at .*:\d+:\d+/m);
  expect(scratch.list()).toEqual(before);
}

describe.skipIf(WHY_NO_DENO !== null)(needsDeno("the permissions of the command in Deno"), () => {
  it("are enough", async () => {
    const { code, err } = await quantize(MINIMUM, "-l", "2");
    expect(code).toBe(0);
    const fallBack = err.split("\n").filter((line) => line.includes("onnxruntime"));
    expect(fallBack).toEqual([
      `[WARNING] onnxruntime-web is used, which is slower: onnxruntime-node can't be loaded: Deno was started without --allow-ffi=${NATIVE}`,
    ]);
    expect(existsSync(join(scratch.path, "out/digits_quantize.onnx"))).toBe(true);
  });

  it("are enough for the native runtime too, with --allow-ffi and without reading the other one", async () => {
    const read = MINIMUM.read.filter((path) => path !== WEB);
    const { code, err } = await quantize({ ...MINIMUM, read, ffi: [NATIVE] }, "-l", "0");
    expect(code).toBe(0);
    expect(err).toContain("[DEBUG] onnxruntime-node ");
  });

  it("write over the results of an earlier run", async () => {
    mkdirSync(join(scratch.path, "out"));
    scratch.file("out/digits_quantize.onnx", "old");
    expect((await quantize(MINIMUM)).code).toBe(0);
    expect(readFileSync(join(scratch.path, "out/digits_quantize.onnx")).length).toBeGreaterThan(1000);
  });

  it.each<[string, Granted, RegExp]>([
    ["to write", { ...MINIMUM, write: [] }, /^error: can't write to .*out: Requires write access to ".*out"/],
    [
      "to write there",
      { ...MINIMUM, write: ["elsewhere"] },
      /^error: can't write to .*out: Requires write access to ".*out"/,
    ],
    ["of the environment", { ...MINIMUM, env: [] }, /^error: Deno was started without --allow-env=CI/],
  ])("are named when the one %s is missing", async (_, granted, message) => {
    await expectRefusal(granted, 2, message);
  });

  it.each<[string, number, RegExp]>([
    ["digits.onnx", 2, /^error: digits\.onnx can't be read: Requires read access to "digits\.onnx"/],
    ["infer_digits.ts", 2, /^error: the script .* can't be read: Requires read access to "infer_digits\.ts"/],
    ["calibration.npy", 1, /^error: calibration\.npy can't be read: Requires read access to/],
    ["out", 2, /^error: can't write to .*out: Requires read access to ".*out/],
    [
      WEB,
      2,
      /^error: onnxruntime-web can't be loaded: Deno was started without --allow-read=.*onnxruntime-web/,
    ],
  ])("are named when %s may not be read", async (path, code, message) => {
    await expectRefusal({ ...MINIMUM, read: MINIMUM.read.filter((one) => one !== path) }, code, message);
  });

  it("are named when the native runtime is asked for without them", async () => {
    const message = /^error: --backend native: .*Deno was started without --allow-ffi=.*give --backend wasm/;
    await expectRefusal(MINIMUM, 2, message, "--backend", "native");
  });
});
