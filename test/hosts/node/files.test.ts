import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../../hosts/node/files.ts";
import { Scratch } from "../../support/command.ts";

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.remove());
const text = (content: string) => new TextEncoder().encode(content);

describe("read", () => {
  it("says what is wrong with a path and which option gave it", async () => {
    await expect(nodeFiles.read(join(scratch.path, "no.onnx"), "-m/--model")).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringMatching(
        /no\.onnx can't be read: there is no such file or folder; check -m\/--model/,
      ),
    });
    await expect(nodeFiles.read(scratch.path, "-m/--model")).rejects.toThrow(
      "it is a folder, expected a file",
    );
  });
});

describe("external data", () => {
  const read = (location: string, offset: number, length?: number) =>
    nodeFiles.external(join(scratch.path, "model/m.onnx"))(location, offset, length);

  beforeEach(() => {
    mkdirSync(join(scratch.path, "model/parts"), { recursive: true });
    scratch.file("model/w.bin", "0123456789");
    scratch.file("model/parts/w.bin", "abc");
    scratch.file("secret.bin", "secret");
  });

  it("reads parts of files beside the model and below", async () => {
    expect(await read("w.bin", 2, 3)).toEqual(text("234"));
    expect(await read("w.bin", 7)).toEqual(text("789"));
    expect(await read("parts/w.bin", 0, 3)).toEqual(text("abc"));
    expect(await read("w.bin", 10)).toEqual(text(""));
  });

  it("follows symbolic links inside the folder, and refuses those that lead out", async () => {
    symlinkSync("w.bin", join(scratch.path, "model/inside.bin"));
    symlinkSync("../secret.bin", join(scratch.path, "model/outside.bin"));
    symlinkSync("..", join(scratch.path, "model/up"));
    expect(await read("inside.bin", 0, 1)).toEqual(text("0"));
    await expect(read("outside.bin", 0, 1)).rejects.toThrow("outside of the model's folder");
    await expect(read("up/secret.bin", 0, 1)).rejects.toThrow("outside of the model's folder");
  });

  it("refuses parts that are not there", async () => {
    await expect(read("w.bin", 8, 3)).rejects.toThrow("has 10 bytes, the model wants 3 from byte 8");
    await expect(read("w.bin", 11)).rejects.toThrow("has 10 bytes");
    await expect(read("none.bin", 0, 1)).rejects.toMatchObject({
      code: "MODEL",
      message: expect.stringContaining("none.bin can't be read: there is no such file or folder"),
    });
  });
});

describe("stage", () => {
  it("shows nothing until all is there, then everything", async () => {
    const folder = join(scratch.path, "a/b");
    const staging = await nodeFiles.stage(folder);
    await staging.write("m.onnx", text("model"));
    await staging.write("steps/x.onnx", text("step"));
    expect(scratch.list().filter((path) => !path.includes(".knight-"))).toEqual(["a", "a/b"]);
    await staging.publish();
    await staging.discard();
    expect(scratch.list()).toEqual(["a", "a/b", "a/b/m.onnx", "a/b/steps", "a/b/steps/x.onnx"]);
  });

  it("replaces files and whole folders of an earlier run, and leaves others", async () => {
    mkdirSync(join(scratch.path, "steps"));
    scratch.file("steps/old.onnx", "old");
    scratch.file("m.onnx", "old");
    scratch.file("mine.txt", "mine");
    const staging = await nodeFiles.stage(scratch.path);
    await staging.write("m.onnx", text("new"));
    await staging.write("steps/new.onnx", text("new"));
    await staging.publish();
    await staging.discard();
    expect(scratch.list()).toEqual(["m.onnx", "mine.txt", "steps", "steps/new.onnx"]);
    expect(readFileSync(join(scratch.path, "m.onnx"), "utf8")).toBe("new");
  });

  it("leaves the disk as it was when the run fails: no files, no folders made for nothing", async () => {
    mkdirSync(join(scratch.path, "was-there"));
    for (const folder of ["new/deep", "was-there/new", "was-there"]) {
      const staging = await nodeFiles.stage(join(scratch.path, folder));
      await staging.write("dump/float/0000:a/batch_0.npy", text("x"));
      await staging.discard();
      await staging.discard();
    }
    expect(scratch.list()).toEqual(["was-there"]);
  });

  it("puts everything back when moving into place fails half-way", async () => {
    scratch.file("a.onnx", "old");
    const staging = await nodeFiles.stage(scratch.path);
    await staging.write("a.onnx", text("new"));
    await staging.write("b/x.onnx", text("new"));
    // The target folder vanishes between the first move and the second.
    Object.defineProperty(staging, "folder", {
      get: (() => {
        let asked = 0;
        return () => (++asked > 1 ? join(scratch.path, "gone") : scratch.path);
      })(),
    });
    await expect(staging.publish()).rejects.toMatchObject({ code: "CONFIG" });
    expect(readFileSync(join(scratch.path, "a.onnx"), "utf8")).toBe("old");
    await staging.discard();
    expect(scratch.list()).toEqual(["a.onnx"]);
  });

  it("refuses a folder whose parent is a file, or that is one", async () => {
    writeFileSync(join(scratch.path, "file"), "x");
    for (const folder of ["file/sub", "file"]) {
      await expect(nodeFiles.stage(join(scratch.path, folder))).rejects.toMatchObject({
        code: "CONFIG",
        message: expect.stringMatching(/^can't write to .*file.*: .*expected a folder; give another folder/),
      });
    }
    expect(scratch.list()).toEqual(["file"]);
  });
});
