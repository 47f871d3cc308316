import { expect, it } from "vitest";
import type { Ports } from "../../../../hosts/shared/ports.ts";
import { nodeBackend } from "../../../support/backends.ts";
import { knight, Scratch } from "../../../support/command.ts";

const MODEL = ["-m", "examples/digits/digits.onnx"];

it.each([
  [[], "auto"],
  [["--backend", "wasm"], "wasm"],
  [["--backend=native"], "native"],
])("%j asks the host for its %s runtime, in quant and in doctor", async (option, choice) => {
  const scratch = new Scratch();
  const asked: [number, string][] = [];
  const createBackend: Ports["createBackend"] = async (threads, wanted) => {
    asked.push([threads, wanted]);
    return nodeBackend();
  };
  try {
    const quant = ["quant", ...MODEL, "-s", scratch.path, "-cn", "1", ...option];
    expect(await knight(quant, { createBackend })).toMatchObject({ code: 0 });
    expect(await knight(["doctor", ...MODEL, ...option], { createBackend })).toMatchObject({ code: 0 });
    expect(asked).toEqual([
      [1, choice],
      [2, choice],
    ]);
  } finally {
    scratch.remove();
  }
});

it.each(["quant", "doctor"])("%s refuses a runtime that there is not", async (command) => {
  const { code, err } = await knight([command, ...MODEL, "--backend", "wsm"]);
  expect(code).toBe(2);
  expect(err).toMatch(/^error: --backend is "wsm", expected one of auto, native, wasm; did you mean wasm\?/);
});
