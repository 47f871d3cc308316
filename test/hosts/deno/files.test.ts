import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFileSystem } from "../../../hosts/node/file-system.ts";
import { Scratch } from "../../support/command.ts";
import { denoCommand, needsDeno, WHY_NO_DENO } from "../../support/deno-command.ts";
import { runProgram } from "../../support/program.ts";
import { fileScenario } from "./children/scenario.ts";

/** The folder that `fileScenario` begins with. */
function prepared(): Scratch {
  const scratch = new Scratch();
  mkdirSync(join(scratch.path, "model"));
  scratch.file("model/w.bin", "0123456789");
  scratch.file("secret.bin", "secret");
  symlinkSync("w.bin", join(scratch.path, "model/inside.bin"));
  symlinkSync("../secret.bin", join(scratch.path, "model/outside.bin"));
  return scratch;
}

let [scratch, other]: Scratch[] = [];
beforeEach(() => {
  [scratch, other] = [prepared(), prepared()];
});
afterEach(() => {
  scratch!.remove();
  other!.remove();
});

async function onNode(): Promise<Record<string, unknown>> {
  const before = process.cwd();
  process.chdir(scratch!.path);
  try {
    return JSON.parse(JSON.stringify(await fileScenario(nodeFileSystem)));
  } finally {
    process.chdir(before);
  }
}

/** The same text for two folders. */
const withoutFolder = (value: unknown, folder: Scratch): string =>
  JSON.stringify(value, null, 1).replaceAll(folder.path, "");

describe("the rules about files", () => {
  it("hold on Node", async () => {
    const { external, staging, defaults, reasons } = await onNode();
    expect(external).toEqual([
      "234",
      "789",
      "",
      expect.stringContaining("has 10 bytes, the model wants 3 from byte 8"),
      expect.stringContaining("there is no such file"),
      "0",
      expect.stringContaining("outside of the model's folder"),
    ]);
    expect(staging).toEqual([
      1,
      ["m.onnx", "steps"],
      ["b.onnx"],
      "second",
      false,
      expect.stringContaining("expected a folder"),
      expect.stringContaining("expected a folder"),
    ]);
    expect(defaults).toEqual([
      "none",
      "generic",
      ["defaults.json"],
      expect.stringContaining("can't be written"),
    ]);
    expect(reasons).toEqual([
      "there is no such file or folder",
      "it is a folder, expected a file",
      "the disk is full",
      expect.any(String),
    ]);
  });

  it.skipIf(WHY_NO_DENO !== null)(needsDeno("hold on Deno, in the same words"), async () => {
    const command = denoCommand("test/hosts/deno/children/files.ts", ["-A"], other!.path);
    const { out, err } = await runProgram(command, []);
    expect(err).toBe("");
    // How the system words what this program has no sentence for is the runtime's own.
    const comparable = ({ reasons, ...rest }: Record<string, unknown>) => ({
      ...rest,
      reasons: (reasons as string[]).slice(0, 3),
    });
    expect(withoutFolder(comparable(JSON.parse(out)), other!)).toEqual(
      withoutFolder(comparable(await onNode()), scratch!),
    );
  });
});
