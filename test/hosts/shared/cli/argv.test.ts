import { describe, expect, it } from "vitest";
import { readArgv } from "../../../../hosts/shared/cli/argv.ts";
import { QUANT_OPTIONS } from "../../../../hosts/shared/cli/quant-options.ts";
import { REFUSED_COMMANDS } from "../../../../hosts/shared/cli/refused.ts";

const read = (line: string) => readArgv(line.split(" "));

/** Names of the manual's 参数说明 (long without dashes), all of them; -s, -v and --default-chip are facts.md's. */
const MANUAL =
  "help model framework infer-func save-dir data generate-scale-json load-scale-json bit-width iteration batch-size ir-batch dump generate-template mix-config log-level quant-mode percent run-mode lut-len layer-threshold quantize-input-dtype output-dequant mean std weight start-node-names end-node-names convert2chw input-shapes user-defined-script cpu-num cache-distribution unify-input-scale auto-mix-ratio auto-mix-strategy run-config output-name".split(
    " ",
  );

describe("readArgv", () => {
  it("knows every option of the manual, as one it has or one it refuses by name", () => {
    const known = QUANT_OPTIONS.map(({ long }) => long);
    expect(MANUAL.filter((name) => name !== "help" && !known.includes(name))).toEqual([]);
  });

  it("turns the manual's short names of several letters into long ones", () => {
    expect(
      read("quant -m a.onnx -qm kl -if f -uds s.ts -bs 4 -i 2 -ib 1 -per 0.9 -cn 2 -ll 9 -od -du").options,
    ).toEqual([
      "--model=a.onnx",
      "--quant-mode=kl",
      "--infer-func=f",
      "--user-defined-script=s.ts",
      "--batch-size=4",
      "--iteration=2",
      "--ir-batch=1",
      "--percent=0.9",
      "--cpu-num=2",
      "--lut-len=9",
      "--output-dequant",
      "--dump",
    ]);
  });

  it("takes values after =, behind a one-letter name, and values that look like numbers below zero", () => {
    expect(read("quant --model=a.onnx -qm=mse -b16 -l0 -i -3").options).toEqual([
      "--model=a.onnx",
      "--quant-mode=mse",
      "--bit-width=16",
      "--log-level=0",
      "--iteration=-3",
    ]);
  });

  it("leaves values alone that hold dashes, equals signs or spaces", () => {
    expect(readArgv(["quant", "-m", "my-qm model=1.onnx", "-d", "-weird-but-no-option"]).options).toEqual([
      "--model=my-qm model=1.onnx",
      "--data=-weird-but-no-option",
    ]);
  });

  it("takes --chip before or behind the command, of two the first, and says so", () => {
    expect(read("--chip A quant -m x").chip).toBe("A");
    expect(read("quant -m x -ch B").chip).toBe("B");
    const both = read("-ch A quant -m x --chip B");
    expect(both.chip).toBe("A");
    expect(both.notes).toEqual(["--chip was given twice: A is used, B is not"]);
    expect(read("-ch A quant -ch A").notes).toEqual([]);
  });

  it("accepts quant onnx of old scripts", () => {
    expect(read("quant onnx -m x -s out").options).toEqual([
      "--framework=onnx",
      "--model=x",
      "--save-dir=out",
    ]);
  });

  it("keeps the shapes of several inputs apart", () => {
    const options = ["1", "3", ";", "-1", "10"].map((value) => `--input-shapes=${value}`);
    expect(read("quant -is 1 3 -is -1 10").options).toEqual(["--input-shapes=;", ...options]);
  });

  it.each([
    ["quant --batchsize 4", /unknown option --batchsize; did you mean --batch-size\?/],
    ["quant -qmm kl", /unknown option -qmm; did you mean -qm\?/],
    ["quant --frobnicate", /unknown option --frobnicate; see Knight quant --help/],
    ["quant -m", /-m\/--model needs a value, and nothing comes after it/],
    ["quant -m -qm kl", /-m\/--model needs a value, but the option -qm comes after it/],
    ["quant -du=yes", /-du\/--dump is a switch and takes no value/],
    ["quant -m my model.onnx", /"model\.onnx" belongs to no option \(-m\/--model comes before it\)/],
    ["quant keras -m x", /the word after quant is "keras", expected one of onnx/],
    ["quant -m x --mean 1 --stdd 2", /unknown option --stdd; did you mean --std\?/],
    ["--default-chip", /--default-chip needs a value/],
    ["qaunt -m x", /unknown command "qaunt"; did you mean quant\?/],
    ["frobnicate", /unknown command "frobnicate"; expected quant/],
  ])("refuses: Knight %s", (line, message) => {
    expect(() => read(line)).toThrow(message);
  });

  it.each(Object.keys(REFUSED_COMMANDS))("says in a sentence that there is no %s", (command) => {
    expect(() => read(`${command} -m x`)).toThrow(new RegExp(`^Knight ${command} is .*`));
  });

  it("names no option twice", () => {
    const all = QUANT_OPTIONS.flatMap(({ long, shorts }) => [long, ...shorts]);
    expect(new Set([...all, "chip", "ch", "h", "v"]).size).toBe(all.length + 4);
  });
});
