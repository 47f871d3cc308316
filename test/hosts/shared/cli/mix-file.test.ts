import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mixFileText, readMixFile } from "../../../../hosts/shared/cli/mix-file.ts";
import { knight, Scratch } from "../../../support/command.ts";

const DIGITS = "examples/digits/digits.onnx";
const NAMES = [
  ["stem_conv", "depthwise_conv", "pointwise_conv", "residual_a_conv", "residual_b_conv"],
  ["residual_add", "head_conv", "average", "classifier"],
].flat();

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.remove());

const entries = (more: Record<string, unknown> = {}) =>
  JSON.stringify({
    ...Object.fromEntries(NAMES.map((name) => [name, { bitwidth: 8, mode: "kl" }])),
    ...more,
  });

describe("a mix-config", () => {
  it("is read as it is written", () => {
    const mix = readMixFile(entries({ average: { bitwidth: 16, mode: "min_max" } }), "m.json");
    expect(mix.get("average")).toEqual({ bits: 16, mode: "min_max" });
    expect(readMixFile(mixFileText(mix), "m.json")).toEqual(mix);
  });

  it("tells everything that is wrong with its entries at once, by the manual's rules", () => {
    const text = JSON.stringify({
      a: { bitwidth: 8 },
      b: { bitwidth: 4, mode: "kl" },
      c: { bitwidth: 8, mode: "kl3" },
      d: { bitwidth: 8, mode: "kl", bits: 1 },
    });
    expect(() => readMixFile(text, "m.json")).toThrow(
      /m\.json: 4 things are wrong:\n {2}rule 2, node "a": .*\n {2}rule 3, node "b": .*4.*\n {2}rule 4, node "c": .*did you mean kl\?\n {2}node "d": unknown key "bits"/,
    );
  });

  it.each(["[1]", "{", "3"])("that is %s is refused", (text) => {
    expect(() => readMixFile(text, "m.json")).toThrow(/mix-config m\.json: it (is no JSON|holds no object)/);
  });
});

describe("Knight quant", () => {
  const quant = (...args: string[]) => knight(["quant", "-m", DIGITS, "--save-dir", scratch.path, ...args]);

  it("-gt writes a template of the quantized nodes, in order, with -b and -qm", async () => {
    const { code, out } = await quant("-gt", "-b", "16", "-qm", "mse");
    expect(code).toBe(0);
    expect(out).toContain("Nodes      9: 0 of 8 bit, 9 of 16 bit");
    const template = JSON.parse(readFileSync(join(scratch.path, "digits_mix.json"), "utf8"));
    expect(Object.keys(template)).toEqual(NAMES);
    expect(template.stem_conv).toEqual({ bitwidth: 16, mode: "mse" });
    expect(scratch.list()).toEqual(["digits_mix.json"]);
  });

  it("-gt -ams IOhigh keeps both ends wide", async () => {
    expect((await quant("-gt", "-ams", "IOhigh", "-amr", "0.5")).code).toBe(0);
    const template = JSON.parse(readFileSync(join(scratch.path, "digits_mix.json"), "utf8"));
    const wide = NAMES.filter((name) => template[name].bitwidth === 16);
    expect(wide).toEqual(["stem_conv", "depthwise_conv", "average", "classifier"]);
  });

  it("-mc quantizes by it", async () => {
    const file = scratch.file("mix.json", entries({ classifier: { bitwidth: 16, mode: "min_max" } }));
    const { code, out } = await quant("-mc", file);
    expect(code).toBe(0);
    expect(out).toMatch(/classifier +│ Gemm +│ +16 /);
  });

  it.each<[string, string[], RegExp]>([
    [
      "a node that is not there, and one that is missing",
      [entries({ conv9: { bitwidth: 8, mode: "kl" }, average: undefined })],
      /rule 1, node "conv9"[\s\S]*rule 2, node "average" is missing/,
    ],
    [
      "inputs of two widths",
      [entries({ residual_b_conv: { bitwidth: 16, mode: "kl" } })],
      /rule 7, node "residual_add": its inputs differ in width/,
    ],
  ])("-mc with %s is refused", async (_, [text], message) => {
    const { code, err } = await quant("-mc", scratch.file("mix.json", text!));
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it.each([
    [["--chip", "TX5105C", "-gt"], /has no mixed precision/],
    [["-gt", "-r", "infer"], /-gt\/--generate-template is for quantizing, and -r infer does not/],
    [["-gt", "-amr", "1.5"], /-amr\/--auto-mix-ratio is "1.5"/],
    [["-mc", "nowhere.json"], /nowhere\.json can't be read/],
  ] as const)("%j is refused", async (args, message) => {
    const { code, err } = await quant(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
