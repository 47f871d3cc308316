import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../../core-ts/errors.ts";
import { configuredEdges } from "../../../../hosts/shared/cli/input-config-settings.ts";
import type { Config } from "../../../../hosts/shared/infer/input-config.ts";

/** spec/facts.md: uint8 needs mean and std. */
const BYTES = { quantize_input_dtype: "uint8", mean: [0, 0, 0], std: [255, 255, 255] };
const COMMON = { runMode: "quant", inferFunction: "infer_common" } as const;

const edges = (configs: readonly Config[], run: Parameters<typeof configuredEdges>[1] = COMMON, given = {}) =>
  configuredEdges(configs, run, given);

describe("quantize_input_dtype of input-configs", () => {
  it("is -qid with --mean and --std", () => {
    const found = { inputTypes: ["uint8"], mean: [0, 0, 0], std: [255, 255, 255] };
    expect(edges([BYTES])).toEqual(found);
    expect(edges([{ ...BYTES, mean: "0 0 0", std: "255. 255. 255." }])).toEqual(found);
    expect(edges([BYTES, {}]).inputTypes).toEqual(["uint8", "None"]);
    expect(edges([{ quantize_input_dtype: "float32" }, { ...BYTES, mean: 0, std: 1 }])).toEqual({
      inputTypes: ["float32", "uint8"],
    });
  });

  it("says nothing where it is absent, of other functions, and where no model is quantized", () => {
    expect(edges([{ quantize_input_dtype: "float32", mean: [1], std: [2] }, {}])).toEqual({});
    expect(edges([BYTES], { ...COMMON, inferFunction: "my_function" })).toEqual({});
    expect(edges([BYTES], { ...COMMON, runMode: "infer" })).toEqual({});
  });

  it("is beaten by the command line", () => {
    expect(edges([BYTES], COMMON, { inputTypes: ["int8"] })).toEqual({
      mean: [0, 0, 0],
      std: [255, 255, 255],
    });
    expect(edges([BYTES], COMMON, { mean: [1], std: [2] })).toEqual({ inputTypes: ["uint8"] });
  });

  it.each<[Config, RegExp]>([
    [
      { quantize_input_dtype: "int8" },
      /of the input "0": "quantize_input_dtype" is "int8", expected float32 or uint8/,
    ],
    [
      { quantize_input_dtype: "uint8", input_name: "x" },
      /of the input "x": "mean" is missing, expected numbers, since .* needs "mean" and "std"/,
    ],
    [{ ...BYTES, std: [255, 0, 255] }, /"std" is \[255,0,255\], expected numbers above 0/],
    [{ ...BYTES, mean: ["a"] }, /"mean" is \["a"\], expected numbers/],
  ])("refuses %j", (config, message) => {
    expect(() => edges([config])).toThrow(message);
    expect(() => edges([config])).toThrow(ConfigError);
  });
});
