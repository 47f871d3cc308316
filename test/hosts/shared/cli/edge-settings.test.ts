import { describe, expect, it } from "vitest";
import { readArgv } from "../../../../hosts/shared/cli/argv.ts";
import { commandHelp, parseQuant } from "../../../../hosts/shared/cli/command.ts";
import { readSettings } from "../../../../hosts/shared/cli/settings.ts";

const settings = (line: string) => readSettings(parseQuant(readArgv(`quant -m x.onnx ${line}`.split(" "))));

describe("options with several values", () => {
  it("take all values up to the next option", () => {
    const { quant } = settings("-qid uint8 None int16 -on a b --unify-input-scale");
    expect(quant.inputTypes).toEqual(["uint8", "None", "int16"]);
    expect(quant.outputNames).toEqual(["a", "b"]);
    expect(quant.unifyScales).toBe(true);
  });

  it("append when given again, in either spelling", () => {
    expect(settings("-on a b -b 16 --output-name=c -on d").quant.outputNames).toEqual(["a", "b", "c", "d"]);
  });

  it("take numbers below zero, with a point first, and with an exponent", () => {
    const { quant } = settings("--mean -1.5 -.5 2e1 --std 58. 57.12 1e-3");
    expect(quant.mean).toEqual([-1.5, -0.5, 20]);
    expect(quant.std).toEqual([58, 57.12, 0.001]);
  });

  it("are absent when not given", () => {
    const { quant } = settings("-b 8");
    for (const key of ["inputTypes", "mean", "std", "outputNames", "unifyScales"])
      expect(quant).not.toHaveProperty(key);
  });

  it("are shown as such in the help", () => {
    expect(commandHelp()).toContain("-qid, --quantize-input-dtype TYPE...");
    expect(commandHelp()).toContain("  --mean X...");
  });
});

describe("options of the model's edges", () => {
  it.each([
    ["-qid uint9", /-qid\/--quantize-input-dtype is "uint9", expected one of .*did you mean uint8\?/],
    ["-qid -on a", /-qid\/--quantize-input-dtype needs a value, but the option -on comes after it/],
    ["--mean 1", /--mean is given without --std/],
    ["--std 1", /--std is given without --mean/],
    ["--mean 1 --std 0", /--std is 0, expected a number above 0/],
    ["--mean 1 --std -2", /--std is -2, expected a number above 0/],
    ["--mean red --std 1", /--mean is "red", expected a number/],
    ["--mean Infinity --std 1", /--mean is "Infinity", expected a number/],
    ["--mean 1 --std 2 -r infer", /--mean and --std are for -r quant only, and -r is infer/],
    ["--mean 1 --std 2 -r convert", /--mean and --std are for -r quant only, and -r is convert/],
    ["-on a -r infer", /-on\/--output-name cuts a model that is quantized or converted/],
    ["-lt 0", /-lt\/--layer-threshold is 0, expected a number above 0/],
  ])("refuse: %s", (line, message) => {
    expect(() => settings(line)).toThrow(message);
  });

  it("hold in compare mode, which is quant with a dump", () => {
    expect(settings("--mean 1 --std 2 -r compare").quant).toMatchObject({ mean: [1], std: [2] });
  });

  it("take the range of LayerNormalization", () => {
    expect(settings("-lt 8").quant).toMatchObject({ layerThreshold: 8 });
    expect(settings("-uis").quant).not.toHaveProperty("layerThreshold");
  });

  it("say what has no effect", () => {
    expect(settings("-lt 8 -r convert").notes.join()).toMatch(
      /-lt\/--layer-threshold has no effect with -r convert/,
    );
    expect(settings("-lt 8").notes).toEqual([]);
    expect(settings("-r convert -qid uint8").notes.join()).toMatch(/-qid.*has no effect with -r convert/);
    expect(settings("-r convert -qid None float32").notes).toEqual([]);
    expect(settings("-qid uint8 -uis --mean 0 --std 255").notes).toEqual([]);
  });
});
