import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { nodePorts } from "../../../hosts/node/ports.ts";
import { knight, Scratch } from "../../support/command.ts";
import { denoCommand, needsDeno, WHY_NO_DENO } from "../../support/deno-command.ts";
import { runProgram } from "../../support/program.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const DEMO = "examples/digits";
const QUANT = [
  ...["quant", "-m", `${DEMO}/digits.onnx`, "-uds", `${DEMO}/infer_digits.ts`, "-if", "infer_digits"],
  ...["-d", `${DEMO}/calibration.npy`, "-bs", "16", "-i", "8", "--backend", "wasm", "-gsj"],
];
const FILES = ["digits_quantize.onnx", "digits_scale.json", "steps/optimized_float.onnx"];

function hashes(folder: string): Record<string, string> {
  const hash = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(FILES.map((name) => [name, hash(name)]));
}

/** Three runs, two of them with threads, which starve where other processes have the cores: 5 s when they are free. */
const TIMEOUT = { timeout: 180_000 };

describe.skipIf(WHY_NO_DENO !== null)(needsDeno("--backend wasm"), TIMEOUT, () => {
  it.each([
    ["8", "kl"],
    ["16", "min_max"],
  ])("writes the same bytes on Node and on Deno, threads on or off (%s bit, %s)", async (bits, mode) => {
    const on = (folder: string, threads: number) => {
      const saveDir = ["-s", join(scratch.path, bits, folder), "-cn", String(threads)];
      return [...QUANT, "-b", bits, "-qm", mode, ...saveDir];
    };
    // The model's metadata hold the version.
    const { createBackend, version } = nodePorts(new AbortController().signal);
    expect(await knight(on("node", 2), { createBackend, version })).toMatchObject({ code: 0 });
    const deno = denoCommand("hosts/deno/main.ts", ["-A"]);
    expect(await runProgram(deno, on("deno1", 1))).toMatchObject({ code: 0 });
    expect(await runProgram(deno, on("deno2", 2))).toMatchObject({ code: 0 });
    const [node, deno1, deno2] = ["node", "deno1", "deno2"].map((folder) =>
      hashes(join(scratch.path, bits, folder)),
    );
    expect(deno1).toEqual(node);
    expect(deno2).toEqual(node);
  });
});
