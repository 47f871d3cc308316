import { describe, expect, it } from "vitest";
import type { Report } from "../../../core-ts/report/report.ts";
import { type ChoiceFile, mixFile, scaleFile } from "../../../hosts/report/choice-files.ts";
import { type Choice, runChoice, withBits, withObserver } from "../../../hosts/report/choices.ts";
import { readMixFile } from "../../../hosts/shared/cli/mix-file.ts";
import { readScaleFile } from "../../../hosts/shared/cli/scale-file.ts";
import { madeReport } from "./made-report.ts";

const report = madeReport();
const relu = report.layers.find(({ op }) => op === "Relu")!;
const by = (choice: Choice, index = relu.index) => new Map([[index, choice]]);
const own: Choice = { bits: 8, rule: "own", threshold: 2.55 };

function written(file: ChoiceFile): { name: string; text: string; command: string } {
  if ("problem" in file) throw new Error(file.problem);
  return file;
}

describe("a mixed-precision file", () => {
  it("names every node, as the command reads it", () => {
    const { name, text, command } = written(mixFile(report, by(withBits(relu, 16))));
    const { mix, problems } = readMixFile(text, name);
    expect(problems).toEqual([]);
    expect([...mix.keys()]).toEqual(report.layers.filter(({ op }) => op !== "Input").map(({ node }) => node));
    expect(mix.get(relu.node)).toEqual({ bits: 16, mode: "min_max" });
    expect([...mix.values()].filter(({ bits }) => bits === 16)).toHaveLength(1);
    expect(command).toBe(`${report.rerun.command} -mc ${name}`);
  });

  it("is refused where it can't say what was chosen", () => {
    expect(mixFile(report, by(own))).toEqual({ problem: "mixOwnThreshold" });
    const input = report.layers[0]!;
    expect(mixFile(report, by(withObserver(input, runChoice(input), "mse"), 0))).toEqual({
      problem: "mixInput",
    });
    const narrow: Report = { ...report, rerun: { ...report.rerun, mix: null } };
    expect(mixFile(narrow, by(withBits(relu, 16)))).toEqual({ problem: "mixUnknownToChip" });
  });
});

describe("a scale file", () => {
  it("has every value, as the command reads it", () => {
    const { name, text, command } = written(scaleFile(report, by(own)));
    const table = readScaleFile(text, name);
    expect([...table.keys()]).toEqual(report.layers.map(({ value }) => value));
    expect(table.get(relu.value)).toEqual({ scale: Math.fround(2.55 / 255), bits: 8, threshold: 0 });
    const other = report.layers[1]!;
    expect(table.get(other.value)!.scale).toBe(other.scale);
    expect(command).toBe(`${report.rerun.command} -lsj ${name}`);
  });

  it("is refused where it can't say what was chosen", () => {
    expect(scaleFile(report, by(withBits(relu, 16)))).toEqual({ problem: "scaleBits" });
    const mixed: Report = { ...report, verdict: { ...report.verdict, bits: "mixed" } };
    expect(scaleFile(mixed, by(own))).toEqual({ problem: "scaleMixed" });
    const fixed: Report = { ...report, rerun: { ...report.rerun, scales: {} } };
    expect(scaleFile(fixed, by(own))).toEqual({ problem: "scaleGiven" });
  });
});
