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
    const read = readMixFile(entries({ average: { bitwidth: 16, mode: "min_max" } }), "m.json");
    expect(read.mix.get("average")).toEqual({ bits: 16, mode: "min_max" });
    expect(read.problems).toEqual([]);
    expect(readMixFile(mixFileText(read.mix), "m.json")).toEqual(read);
  });

  it("tells what is wrong with its entries by the manual's rules", () => {
    const text = JSON.stringify({
      a: { bitwidth: 8 },
      b: { bitwidth: 4, mode: "mean" },
      c: { bitwidth: 8, mode: "kl3" },
      d: { bitwidth: 8, mode: "kl", bits: 1 },
    });
    expect(readMixFile(text, "m.json").problems).toEqual([
      expect.stringMatching(/^rule 2, node "a": /),
      expect.stringMatching(/^rule 3, node "b": .*4/),
      expect.stringMatching(/^rule 4, node "b": mode is "mean"/),
      expect.stringMatching(/^rule 4, node "c": .*did you mean kl\?/),
      expect.stringMatching(/^node "d": unknown key "bits"/),
    ]);
  });

  it.each(["[1]", "{", "3", ""])("that is %s is refused", (text) => {
    expect(() => readMixFile(text, "m.json")).toThrow(/mix-config m\.json: it (is no JSON|holds no object)/);
  });
});

describe("Knight quant", () => {
  const quant = (...args: string[]) => knight(["quant", "-m", DIGITS, "--save-dir", scratch.path, ...args]);

  it("-gt writes a template of the quantized nodes, in order, with -b and -qm", async () => {
    const { code, out } = await quant("-gt", "-b", "16", "-qm", "mse");
    expect(code).toBe(0);
    expect(out).toContain("9: 0 of 8 bit, 9 of 16 bit");
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
    const { code, out } = await quant("-mc", file, "-l", "0");
    expect(code).toBe(0);
    expect(out).toMatch(/classifier +Gemm +16 /);
    const model = join(scratch.path, "digits_quantize.onnx");
    const inferred = await knight(["quant", "-r", "infer", "-m", model, "--save-dir", scratch.path]);
    expect(inferred.out).toMatch(/quantized, TX\w+, 8 and 16 bit mixed/);
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

  it("-mc tells everything that is wrong at once, and nothing about nodes whose entry can't be read", async () => {
    const text = entries({
      stem_conv: { bitwidth: 4, mode: "kl" },
      residual_a_conv: { bitwidth: 16 },
      residual_b_conv: { bitwidth: 16, mode: "kl" },
      average: undefined,
      conv9: { bitwidth: 8, mode: "kl3" },
    });
    const { code, err } = await quant("-mc", scratch.file("mix.json", text));
    expect(code).toBe(2);
    expect(err).toMatch(/mix\.json: 6 things are wrong:/);
    expect(err.match(/rule \d, node "[^"]*"/g)).toEqual([
      'rule 3, node "stem_conv"',
      'rule 2, node "residual_a_conv"',
      'rule 4, node "conv9"',
      'rule 1, node "conv9"',
      'rule 2, node "average"',
      'rule 7, node "residual_add"',
    ]);
  });

  it("-mc takes -ll for its 16-bit tables and -per for its percentiles", async () => {
    const text = entries({ classifier: { bitwidth: 16, mode: "percentile" } });
    const { code, out } = await quant("-mc", scratch.file("mix.json", text), "-ll", "9", "-per", "0.999");
    expect(code).toBe(0);
    expect(out).not.toContain("no effect");
  });

  it("-mc with an empty file is refused, not taken for none", async () => {
    const { code, err } = await quant("-mc", scratch.file("mix.json", ""));
    expect(code).toBe(2);
    expect(err).toMatch(/it is no JSON/);
  });

  it("-gt -ams HAWQ takes integer inputs, prints the sensitivities, and is quantized by -mc", async () => {
    const { code, out } = await quant("-gt", "-ams", "HAWQ", "-qid", "uint8", "-i", "4");
    expect(code).toBe(0);
    expect(out).toMatch(/The 9 most sensitive of 9 layers and inputs/);
    const template = JSON.parse(readFileSync(join(scratch.path, "digits_mix.json"), "utf8"));
    const wide = NAMES.filter((name) => template[name].bitwidth === 16);
    expect(wide.length).toBeGreaterThan(0);
    expect(wide.length).toBeLessThanOrEqual(4);
    expect((await quant("-mc", join(scratch.path, "digits_mix.json"), "-qid", "uint8")).code).toBe(0);
  });

  it("-gt tells what it leaves aside, as -mc in the manual's example", async () => {
    const { code, out } = await quant("-gt", "-mc", "x.json", "-gsj", "-du");
    expect(code).toBe(0);
    for (const option of ["-mc", "-gsj", "-du"])
      expect(out).toMatch(new RegExp(`${option}/.* has no effect with -gt`));
  });

  it.each([
    [["--chip", "TX5105C", "-gt"], /has no mixed precision/],
    [["-gt", "-r", "infer"], /-gt\/--generate-template is for -r quant only, and this is -r infer/],
    [["-gt", "-r", "compare"], /-gt\/--generate-template is for -r quant only/],
    [["-gt", "-qm", "all"], /-gt writes one template; give one mode/],
    [["-gt", "-i", "1", "2"], /-gt writes one template/],
    [["-gt", "-amr", "1.5"], /-amr\/--auto-mix-ratio is "1.5"/],
    [["-mc", "nowhere.json"], /nowhere\.json can't be read/],
  ] as const)("%j is refused", async (args, message) => {
    const { code, err } = await quant(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
