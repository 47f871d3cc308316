import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ConfigError } from "../../../core-ts/index.ts";
import * as entry from "../../../hosts/node/index.ts";
import { loadScript } from "../../../hosts/node/script.ts";
import { findFunction } from "../../../hosts/shared/infer/registry.ts";
import { knight, Scratch } from "../../support/command.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());
const names = async (file: string) => [...(await loadScript(file)).keys()];

describe("loadScript", () => {
  it("runs TypeScript, ES modules and CommonJS that lie anywhere on the disk", async () => {
    const ts = scratch.file(
      "a.ts",
      `import { type Executor, onnxInferFunc } from "knight-quant";
       enum Kind { One = 1 }
       onnxInferFunc.register("in_ts", async (e: Executor): Promise<number> => Kind.One);`,
    );
    const mjs = scratch.file(
      "b.mjs",
      `import { onnxInferFunc } from "knight-quant"; await 0; onnxInferFunc.register("in_mjs", () => 1);`,
    );
    const cjs = scratch.file("c.cjs", `require("knight-quant").onnxInferFunc.register("in_cjs", () => 1);`);
    expect(await names(ts)).toEqual(["in_ts"]);
    expect(await names(mjs)).toEqual(["in_mjs"]);
    expect(await names(cjs)).toEqual(["in_cjs"]);
  });

  it("gives scripts this very instance of the package", async () => {
    const file = scratch.file(
      "same.ts",
      `import * as all from "knight-quant"; import { ConfigError } from "knight-quant/core";
       all.onnx_infer_func.register("check")((e) => [all.loadNpy, all.ConfigError, ConfigError, all.quantizeModel] as never);`,
    );
    const check = (await loadScript(file)).get("check")!;
    expect(check({} as never)).toEqual([entry.loadNpy, ConfigError, ConfigError, entry.quantizeModel]);
  });

  it("lets scripts import files beside them", async () => {
    mkdirSync(join(scratch.path, "lib"));
    scratch.file("lib/score.ts", "export const score: number = 42;");
    const file = scratch.file(
      "uses.ts",
      `import { onnxInferFunc } from "knight-quant"; import { score } from "./lib/score";
       onnxInferFunc.register("scored", () => score);`,
    );
    expect((await loadScript(file)).get("scored")!({} as never)).toBe(42);
  });

  it("starts every script with an empty table, and leaves no files behind", async () => {
    const before = scratch.list();
    const file = join(scratch.path, "a.ts");
    expect(await names(file)).toEqual(["in_ts"]);
    expect(await names(file)).toEqual(["in_ts"]);
    expect(scratch.list()).toEqual(before);
  });

  it.each([
    ["syntax.ts", "const = 1;", /the script .*syntax\.ts fails to load: .*Unexpected token .*syntax\.ts:1/],
    ["throws.ts", `throw new Error("no GPU here");`, /fails to load: no GPU here, at .*throws\.ts:1$/],
    [
      "missing.ts",
      `import "./not-there";`,
      /fails to load: Cannot find module '\.\/not-there', at .*missing\.ts:1/,
    ],
    [
      "twice.ts",
      `import { onnxInferFunc as f } from "knight-quant"; f.register("a", () => 1); f.register("a", () => 1);`,
      /fails to load: the infer function "a" is registered twice/,
    ],
    [
      "no-function.js",
      `import { onnxInferFunc as f } from "knight-quant"; f.register("a", 3);`,
      /"a" is registered with number, expected a function/,
    ],
  ])("refuses %s", async (name, text, message) => {
    const file = scratch.file(name, text);
    const error = await loadScript(file).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).toContain(name);
    expect((error as Error).message).not.toContain("\n");
  });

  it("refuses a script that is not there", async () => {
    await expect(loadScript("/nowhere/x.ts")).rejects.toThrow(
      "the script /nowhere/x.ts can't be read: there is no such file or folder",
    );
  });
});

describe("an error in a script", () => {
  const lines = (body: string) => `import { onnxInferFunc } from "knight-quant";
interface Kept { readonly one: number }

const kept: Kept = { one: 1 };
onnxInferFunc.register("f", async (executor) => {
  ${body}
  return kept.one;
});
`;
  const ARGS = ["--chip", "TX5368AV200", "quant", "-m", "examples/digits/digits.onnx", "-if", "f", "-s"];

  it.each([
    ["thrown.ts", `throw new Error("no such photo");`, /threw: no such photo, at .*thrown\.ts:6\n$/m],
    [
      "shape.ts",
      `await executor.forward({ dtype: "float32", dims: [1, 2], data: new Float32Array(2) });`,
      /input "image" has shape \[1, 2\][^\n]*\n {2}at file .*shape\.ts:6\n/,
    ],
  ])("is told with file and line: %s", async (name, body, message) => {
    const { err } = await knight([
      ...ARGS,
      join(scratch.path, "out"),
      "-uds",
      scratch.file(name, lines(body)),
    ]);
    expect(err).toMatch(message);
  });
});

describe("findFunction", () => {
  const fn = () => 1;
  const builtIn = new Map([["infer_auto", fn]]);
  let registered: ReadonlyMap<string, () => number>;
  beforeAll(() => {
    registered = new Map([["infer_digits", fn]]);
  });

  it("lists what is registered when the name is unknown, and the nearest", () => {
    expect(() => findFunction("infer_digit", builtIn, registered, "my.ts")).toThrow(
      'there is no infer function "infer_digit"; my.ts was read, registered are: infer_digits, infer_auto; did you mean infer_digits?',
    );
    expect(() => findFunction("infer_cls_model", builtIn, new Map(), undefined)).toThrow(
      "no script is given (-uds), registered are: infer_auto",
    );
  });

  it("finds registered and built-in functions", () => {
    expect(findFunction("infer_digits", builtIn, registered, "my.ts")).toBe(fn);
    expect(findFunction("infer_auto", builtIn, registered, "my.ts")).toBe(fn);
  });
});
