import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Scratch } from "./command.ts";
import { type Command, runProgram } from "./program.ts";

const DIGITS = fileURLToPath(new URL("../../examples/digits/digits.onnx", import.meta.url));

let scratch: Scratch;

/** A script that writes "fed" to the error stream at every batch, and never comes to an end by itself. */
function endless(body = ""): string[] {
  const text = `import { onnxInferFunc } from "knight-quant";
    onnxInferFunc.register("endless", async (executor) => {
      for (;;) {
        await executor.forward({ dtype: "float32", dims: [1, 1, 8, 8], data: new Float32Array(64) });
        ${body}
        process.stderr.write("fed\\n");
        await new Promise((done) => setTimeout(done, 5));
      }
    });`;
  return ["-uds", scratch.file("endless.mjs", text), "-if", "endless"];
}

/** What the command is as a process, the same on every host that has a command line. `more` is added to what quantizes. */
export function programSuite(command: Command, more: readonly string[] = []): void {
  const knight = (args: readonly string[], onError?: Parameters<typeof runProgram>[2]) =>
    runProgram(command, args, onError);
  beforeEach(() => {
    scratch = new Scratch();
  });
  afterEach(() => scratch.remove());

  it("keeps results and progress apart", async () => {
    const folder = join(scratch.path, "out");
    const { code, out, err } = await knight(["quant", "-m", DIGITS, "-s", folder, "-i", "2", ...more]);
    expect(code).toBe(0);
    expect(err.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^Calibration 2 batches/),
      expect.stringMatching(/^Evaluation 2 batches/),
    ]);
    expect(out).toMatch(/^[\d.]+ % lost: .*\n\nModel +.*digits\.onnx\n/);
    expect(out).toContain("digits_quantize.onnx");
  });

  it("exits with 2 and one block for a wrong command line", async () => {
    expect(await knight(["quant", "--modle", "x"])).toEqual({
      code: 2,
      out: "",
      err: "error: unknown option --modle; did you mean --model?\n",
    });
    expect(await knight([])).toMatchObject({
      code: 2,
      err: expect.stringContaining("error: no command is given"),
    });
  });

  it("prints help and version on stdout", async () => {
    expect(await knight(["--help"])).toMatchObject({
      code: 0,
      err: "",
      out: expect.stringMatching(/^Usage: Knight/),
    });
    expect(await knight(["-v"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("cleans up and exits after %s in the middle", async (name, exitCode) => {
    const folder = join(scratch.path, "out");
    mkdirSync(folder);
    scratch.file("out/mine.txt", "mine");
    const args = ["quant", "-m", DIGITS, "-s", folder, "-du", ...endless(), ...more];
    const before = scratch.list();
    // Once: on a busy machine more batches are fed before the signal arrives, and a second one would end the run without a word.
    let sent = false;
    const { code, out, err } = await knight(args, (text, kill) => {
      if (sent || !text.endsWith("fed\nfed\n")) return;
      sent = true;
      kill(name);
    });
    expect(code).toBe(exitCode);
    expect(out).toBe("");
    expect(err.match(/^error: .*$/gm)).toEqual(["error: stopped on request"]);
    expect(scratch.list()).toEqual(before);
  });

  it("cleans up when a second Ctrl-C does not wait for a function that swallows the first", async () => {
    const folder = join(scratch.path, "out");
    const busy = "for (const end = Date.now() + 300; Date.now() < end; );";
    const args = ["quant", "-m", DIGITS, "-s", folder, ...endless(busy), ...more];
    const { code } = await knight(args, (text, kill) => {
      if (text.endsWith("fed\n")) kill("SIGINT");
    });
    expect(code).toBe(130);
    expect(scratch.list()).toEqual(["endless.mjs"]);
  });

  it("reports what a script raises outside of its function, and leaves nothing", async () => {
    const folder = join(scratch.path, "out");
    const args = [
      "quant",
      "-m",
      DIGITS,
      "-s",
      folder,
      ...endless(`Promise.reject(new Error("stray"));`),
      ...more,
    ];
    const { code, err } = await knight(args);
    expect(code).toBe(1);
    expect(err).toContain("error: unexpected: stray");
    expect(scratch.list()).toEqual(["endless.mjs"]);
  });

  it("does not mind a reader that has gone", async () => {
    const child = spawn(command.file, [...command.args, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text) => {
      err += text;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect([code, err]).toEqual([0, ""]);
  });
}
