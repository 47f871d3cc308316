import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knight, Scratch } from "../../support/command.ts";

const DIGITS = [
  "-m",
  "examples/digits/digits.onnx",
  "-uds",
  "examples/digits/infer_digits.ts",
  "-if",
  "infer_digits",
];
const DATA = ["-d", "examples/digits/calibration.npy", "-bs", "16", "-i", "4"];

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.remove());

const quant = (...args: string[]) =>
  knight(["quant", ...DIGITS, ...DATA, "--save-dir", scratch.path, ...args]);
const path = (name: string) => join(scratch.path, name);
type Table = Record<string, { scale: number; bits: number; threshold: number }>;
const table = (): Table => JSON.parse(readFileSync(path("digits_scale.json"), "utf8"));

describe.each([
  ["8", "kl"],
  ["8", "percentile"],
  ["16", "min_max"],
  ["16", "percentile"],
])("scales at %s bit, %s", (bits, mode) => {
  it("written by -gsj and given back by -lsj make the same model, without calibration", async () => {
    expect((await quant("-b", bits, "-qm", mode, "-gsj")).code).toBe(0);
    const model = readFileSync(path("digits_quantize.onnx"));
    for (const entry of Object.values(table())) {
      expect(entry.scale).toBe(Math.fround(entry.scale));
      expect(entry.threshold).toBeCloseTo(entry.scale * (bits === "8" ? 127 : 32767), 6);
    }
    const again = await quant("-b", bits, "-qm", mode, "-lsj", path("digits_scale.json"));
    expect(again.code).toBe(0);
    expect(again.out).toContain("Calibration        not needed: the scales are those of");
    expect(again.err).not.toContain("Calibration");
    expect(readFileSync(path("digits_quantize.onnx")).equals(model)).toBe(true);
  });
});

describe("a scale file", () => {
  it("that does not fit is refused, everything wrong at once and by name", async () => {
    await quant("-gsj");
    const scales: Table = table();
    const [first, second, third] = Object.keys(scales);
    delete scales[first!];
    scales[second!]!.scale = -1;
    scales[third!]!.bits = 16;
    scales.nonsense = { scale: 1, bits: 8, threshold: 127 };
    writeFileSync(path("broken.json"), JSON.stringify(scales));
    const { code, err } = await quant("-lsj", path("broken.json"));
    expect(code).toBe(2);
    expect(err).toContain(`the scale of "${first}" is missing`);
    expect(err).toContain(`the scale of "${second}" is -1, expected a positive finite number`);
    expect(err).toContain(`"${third}" has 16 bit in the table and 8 in the plan`);
    expect(err).toContain(`"nonsense" has no scale in this model's plan`);
  });

  it.each([
    ["{", /it is no JSON/],
    ["[]", /holds no object of values/],
    ['{"x": 3}', /"x" is 3, expected \{"scale": number/],
  ])("that is %s is refused", async (text, message) => {
    const { code, err } = await quant("-lsj", scratch.file("s.json", text));
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });

  it.each([
    [["-gsj", "-lsj", "x.json"], /exclude each other/],
    [["-lsj", "x.json", "-mc", "y.json"], /-lsj\/--load-scale-json and -mc\/--mix-config exclude each other/],
    [["-gsj", "-r", "infer"], /-gsj\/--generate-scale-json is for quantizing/],
    [["-lsj", "x.json", "-qm", "all"], /-lsj gives every value its scale/],
  ] as const)("%j is refused", async (args, message) => {
    const { code, err } = await quant(...args);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});
