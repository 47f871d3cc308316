import { describe, expect, it } from "vitest";
import { readArgv } from "../../../../hosts/shared/cli/argv.ts";
import { commandHelp, parseQuant } from "../../../../hosts/shared/cli/command.ts";
import { QUANT_OPTIONS } from "../../../../hosts/shared/cli/quant-options.ts";
import { readSettings } from "../../../../hosts/shared/cli/settings.ts";

const settings = (line: string) =>
  readSettings(parseQuant(readArgv(`quant -m x.onnx ${line}`.trim().split(" "))));

describe("settings of a command line", () => {
  it("have the manual's defaults", () => {
    expect(settings("")).toEqual({
      model: "x.onnx",
      source: {
        framework: "onnx",
        weight: undefined,
        startNames: [],
        endNames: [],
        toChw: false,
        inputShapes: [],
        reference: undefined,
        python: undefined,
        comparesWithFramework: true,
      },
      runMode: "quant",
      inferFunction: "infer_auto",
      script: undefined,
      data: undefined,
      iteration: 1,
      iterations: [1],
      iterationGiven: false,
      modes: ["kl"],
      batchSize: 1,
      batchSizeGiven: false,
      quant: {
        chip: "TX5368AV200",
        bits: 8,
        mode: "kl",
        percent: 0.99999,
        ir: "fixed",
        irBatch: 1,
        lutLen: 10,
        outputDequant: false,
      },
      dump: false,
      saveDir: "/TS-KnightOutput/QuantOnnx/",
      cpus: 5,
      backend: "auto",
      logLevel: 3,
      inputConfigs: [],
      badData: "stop",
      template: undefined,
      mixConfig: undefined,
      caches: [],
      writeScales: false,
      loadScales: undefined,
      words: [{ long: "model", values: ["x.onnx"] }],
      notes: [],
    });
  });

  it("choose min_max at 16 bit unless a mode is given", () => {
    expect(settings("-b 16").quant).toMatchObject({ bits: 16, mode: "min_max" });
    expect(settings("-b 16 -qm kl").quant).toMatchObject({ bits: 16, mode: "kl" });
  });

  it("take every option", () => {
    const line =
      "-ch generic -r infer -if f -uds s.ts -d data -i 7 -bs 3 -ib 2 -b 16 -qm mse -ll 12 -od -s out -cn 1 -l 0";
    expect(settings(line)).toMatchObject({
      runMode: "infer",
      inferFunction: "f",
      script: "s.ts",
      data: "data",
      iteration: 7,
      batchSize: 3,
      batchSizeGiven: true,
      quant: { chip: "generic", bits: 16, mode: "mse", irBatch: 2, lutLen: 12, outputDequant: true },
      saveDir: "out",
      cpus: 1,
      logLevel: 0,
    });
  });

  it("dump for -du and for -r compare", () => {
    expect(settings("-du").dump).toBe(true);
    expect(settings("-r compare").dump).toBe(true);
  });

  it("tell of an option without effect", () => {
    expect(settings("-per 0.999").notes).toEqual([
      expect.stringContaining("-per/--percent has no effect with -qm kl"),
    ]);
    expect(settings("-per 0.999 -qm percentile").notes).toEqual([]);
  });

  it.each([
    ["-b 12", /-b\/--bit-width is "12", expected one of 8, 16/],
    ["-i 0", /-i\/--iteration is "0", expected a whole number of at least 1/],
    ["-bs 1.5", /-bs\/--batch-size is "1\.5"/],
    ["-ib many", /-ib\/--ir-batch is "many"/],
    ["-qm klv2", /-qm\/--quant-mode is "klv2", expected one of .*did you mean kl_v2\?/],
    ["-qm kl mse -du", /-qm and -i ask for 2 strategies, and a dump belongs to one/],
    ["-i 1 10 -r infer", /ask for 2 strategies, and -r infer runs one model/],
    ["-qm all -mc x.json", /ask for 5 strategies, and -mc gives every node its mode/],
    ["-i 1 0", /-i\/--iteration is "0"/],
    ["-per 1.2", /-per\/--percent is "1\.2", expected a number above 0 and up to 1/],
    ["-per 0", /-per\/--percent is "0"/],
    ["-ll 13 -b 16", /-ll\/--lut-len is "13", expected a whole number from 8 to 12/],
    ["-ll 9", /-ll\/--lut-len is for 16-bit tables only; leave it out, or give -b 16/],
    ["-l 4", /-l\/--log-level is "4", expected a whole number from 0 to 3/],
    ["-cn 0", /-cn\/--cpu-num is "0"/],
    ["-r train", /-r\/--run-mode is "train", expected one of quant, infer, convert, compare/],
    ["-r infer -du", /-du\/--dump needs a quantization, and -r infer makes none/],
    ["-f tenserflow", /-f\/--framework is "tenserflow", expected one of onnx/],
    ["-snn a:0", /-snn\/--start-node-names is for models of tensorflow, and -f is onnx/],
    ["-is 1 0 3", /-is\/--input-shapes holds "0", expected dimensions/],
    ["-ch TX9999", /unknown chip "TX9999"; known families/],
    ["-ch TX5105C -b 16", /chip TX5105C .* has no 16-bit arithmetic/],
    ["--save-dir=", /-s\/--save-dir is empty/],
  ])("refuse: %s", (line, message) => {
    expect(() => settings(line)).toThrow(message);
  });

  it("refuse a command line without a model", () => {
    expect(() => parseQuant(readArgv(["quant", "-i", "2"]))).toThrow(/-m\/--model is missing/);
  });
});

describe("the help text", () => {
  const lines = commandHelp();

  it("has every option in the manual's spelling, and its default", () => {
    for (const { long, shorts, fallback } of QUANT_OPTIONS) {
      expect(lines).toContain(shorts.length > 0 ? `  -${shorts[0]}, --${long}` : `  --${long}`);
      if (fallback !== undefined) expect(lines.replace(/\s+/g, " ")).toContain(`(default: ${fallback})`);
    }
    expect(lines).toContain("-ch, --chip CHIP");
  });

  it("says where output goes and what the exit codes mean", () => {
    expect(lines).toContain("Results go to standard output, progress and logs to standard error.");
    expect(lines).toMatch(/Exit code: 0 done; 1 .*; 2 .*; 130 or 143 stopped/);
  });
});
