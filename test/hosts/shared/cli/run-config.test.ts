import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../../core-ts/errors.ts";
import { readArgv } from "../../../../hosts/shared/cli/argv.ts";
import { parseQuant } from "../../../../hosts/shared/cli/command.ts";
import { readRunConfig, runConfigPath, withRunConfig } from "../../../../hosts/shared/cli/run-config.ts";

const read = (config: unknown) => readRunConfig(JSON.stringify(config), "c.json");

function values(config: unknown, line = "quant -rc c.json") {
  const args = withRunConfig(readArgv(line.split(" ")), read(config));
  return parseQuant(args).values;
}

describe("a run-config", () => {
  it("stands for a command line, whether values are numbers, strings, or switches in words", () => {
    const quant = {
      model: "m.onnx",
      "bit-width": "16",
      iteration: 7,
      dump: "true",
      "output-dequant": false,
      data: null,
    };
    expect(values({ chip: "TX5336AV200", quant })).toMatchObject({
      model: "m.onnx",
      chip: "TX5336AV200",
      bitWidth: 16,
      dump: true,
    });
    expect(values({ quant })).not.toHaveProperty("data");
    expect(values({ quant }).outputDequant).not.toBe(true);
  });

  it("is beaten by the command line", () => {
    const line = "--chip generic quant -rc c.json -b 16 -m other.onnx";
    expect(values({ chip: "TX5336AV200", quant: { model: "m.onnx", "bit-width": 8 } }, line)).toMatchObject({
      model: "other.onnx",
      bitWidth: 16,
      chip: "generic",
    });
  });

  it("may spell keys with underscores, begin with a byte order mark, and say None for nothing", () => {
    const found = values({ quant: { model: "m.onnx", batch_size: 4, data: "None" } });
    expect([found.batchSize, found.data]).toEqual([4, undefined]);
    expect(readRunConfig(`\uFEFF{"quant":{}}`, "c.json").options).toEqual([]);
  });

  it("leaves other programs' sections to them, and says so", () => {
    const { notes, options } = read({
      quant: {},
      compile: { onnx: "x" },
      run: {},
      profiling: {},
      compare: {},
    });
    expect(options).toEqual([]);
    expect(notes).toEqual([
      "run-config c.json: compile, run, profiling belong to other programs and are left out",
    ]);
  });

  it("keeps input-configs for the executor", () => {
    const entry = { input_name: "input", quant_data_format: "Image", mean: [0, 0, 0] };
    expect(read({ quant: { "input-configs": [entry] } }).inputConfigs).toEqual([entry]);
    expect(read({ quant: { "input-configs": entry } }).inputConfigs).toEqual([entry]);
  });

  it("is the file -rc names last", () => {
    expect(runConfigPath(readArgv(["quant", "-rc", "a.json", "--run-config=b.json"]))).toBe("b.json");
    expect(runConfigPath(readArgv(["quant", "-m", "x"]))).toBeUndefined();
  });

  it.each<[string, unknown, RegExp]>([
    [
      "an unknown key",
      { quant: { "bit-widht": 8 } },
      /c\.json: unknown key "bit-widht" in "quant"; did you mean "bit-width"\?/,
    ],
    ["an unknown section", { quants: {} }, /unknown key "quants" at the top; did you mean "quant"\?/],
    [
      "an unknown key of input-configs",
      { quant: { "input-configs": { meen: 1 } } },
      /"meen" in "input-configs"; did you mean "mean"\?/,
    ],
    ["no object", [1], /its content is \[1\], expected an object/],
    ["a section that is no object", { quant: "x" }, /"quant" is "x", expected an object/],
    [
      "an array for one value",
      { quant: { model: ["a"] } },
      /"model" is \["a"\], expected a number or a string/,
    ],
    ["a switch that is no switch", { quant: { dump: 3 } }, /"dump" is 3, expected true or false/],
    ["a run-config of its own", { quant: { "run-config": "x" } }, /"run-config" stands in a run-config/],
    [
      "one option twice",
      { quant: { bit_width: 8, "bit-width": 16 } },
      /"bit_width" and "bit-width" are the same option/,
    ],
  ])("with %s is refused, naming file and key", (_, config, message) => {
    expect(() => read(config)).toThrow(ConfigError);
    expect(() => read(config)).toThrow(message);
  });

  it("that is no JSON is refused", () => {
    expect(() => readRunConfig('{"quant": {}, // comment\n}', "c.json")).toThrow(
      /c\.json: it is no JSON \(.*no comments/,
    );
  });

  it("has values that are checked as on the command line", () => {
    expect(() => values({ quant: { model: "m", "bit-width": "12" } })).toThrow(
      /-b\/--bit-width is "12", expected one of 8, 16/,
    );
  });
});

const SHARED = "../shared";
const files = ["zoo-configs", "models"]
  .filter((folder) => existsSync(`${SHARED}/${folder}`))
  .flatMap((folder) =>
    readdirSync(`${SHARED}/${folder}`, { recursive: true, encoding: "utf8" }).map(
      (name) => `${SHARED}/${folder}/${name}`,
    ),
  )
  .filter((file) => file.endsWith("config.json"));

describe.skipIf(files.length === 0)(
  `real files of the vendor's model zoo (skipped without ${SHARED})`,
  () => {
    it.each(files)("%s is read, or refused for what this version lacks", (file) => {
      const attempt = () => {
        const args = withRunConfig(
          readArgv(["quant", "-rc", file]),
          readRunConfig(readFileSync(file, "utf8"), file),
        );
        return parseQuant(args);
      };
      let refusal: string | undefined;
      try {
        expect(attempt().values.model).toMatch(/./);
      } catch (error) {
        refusal = (error as Error).message;
      }
      if (refusal !== undefined) expect(refusal).toMatch(/not supported yet in this version/);
    });
  },
);
