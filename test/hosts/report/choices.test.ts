import { describe, expect, it } from "vitest";
import {
  bestThreshold,
  chosen,
  expectedDb,
  isSame,
  largestInteger,
  runChoice,
  withBits,
  withObserver,
} from "../../../hosts/report/choices.ts";
import { madeReport, roundedDb } from "./made-report.ts";

const report = madeReport();
const [input, conv, relu] = report.layers;

describe("a choice of a layer's scale", () => {
  it("begins as the run has it", () => {
    expect(runChoice({ ...conv!, bits: 8, signed: true, scale: 0.5, observer: "mse" })).toEqual({
      bits: 8,
      rule: "mse",
      threshold: 63.5,
    });
    expect([largestInteger(8, false), largestInteger(16, true), largestInteger(16, false)]).toEqual([
      255, 32767, 65535,
    ]);
  });

  it("takes an observer's threshold of its width, and what is in force where that is the run's", () => {
    const { thresholds } = relu!.histogram!;
    const run = runChoice(relu!);
    expect(withObserver(relu!, run, "mse").threshold).toBe(thresholds["8"].mse);
    expect(withObserver(relu!, { ...run, bits: 16 }, "min_max").threshold).toBe(thresholds["16"].min_max);
    const moved = { ...relu!, scale: relu!.scale * 3 };
    expect(withObserver(moved, runChoice(moved), "kl").threshold).toBeCloseTo(3 * run.threshold, 9);
  });

  it("goes with min_max at 16 bit, and back with the run's observer", () => {
    expect(withBits(relu!, 16)).toEqual({
      bits: 16,
      rule: "min_max",
      threshold: relu!.histogram!.thresholds["16"].min_max,
    });
    expect(withBits(relu!, 8)).toEqual(runChoice(relu!));
  });
});

describe("the error to expect", () => {
  const { curve } = relu!.histogram!;

  it("is the curve's at its points, and between two of them in between", () => {
    const { highest, ratio, sqnrDb } = curve;
    expect(expectedDb(curve, 8, highest * ratio ** 5)).toBeCloseTo(sqnrDb["8"][5]!, 6);
    const middle = expectedDb(curve, 16, highest * ratio ** 5.5);
    expect(middle).toBeCloseTo((sqnrDb["16"][5]! + sqnrDb["16"][6]!) / 2, 6);
    expect(expectedDb(curve, 8, 0)).toBe(sqnrDb["8"].at(-1));
  });

  it("grows by 6 dB a doubling above the highest threshold, as rounding itself does", () => {
    const list = Array.from({ length: 4001 }, (_, i) => (i - 2000) / 2000 + 1e-4 * Math.sin(i));
    const at = (threshold: number) => roundedDb(list, 8, true, threshold);
    const line = { highest: 1.001, ratio: 0.5, sqnrDb: { "8": [at(1.001)], "16": [0] } };
    expect(Math.abs(expectedDb(line, 8, 4.004) - at(4.004))).toBeLessThan(0.5);
  });

  it("is least at the best threshold", () => {
    const best = bestThreshold(curve, 8);
    for (const other of [0.5 * best, 0.8 * best, 1.3 * best, 2 * best])
      expect(expectedDb(curve, 8, best)).toBeGreaterThanOrEqual(expectedDb(curve, 8, other));
  });
});

describe("choices", () => {
  it("are only of layers that differ from the run", () => {
    const once = chosen(report, new Map(), relu!, { bits: 8, rule: "own", threshold: 1 });
    expect([...once.keys()]).toEqual([relu!.index]);
    expect(chosen(report, once, relu!, runChoice(relu!)).size).toBe(0);
    expect(isSame(runChoice(input!), runChoice(input!))).toBe(true);
  });

  it("of a width take along the layers that are tied to it, both ways", () => {
    const tied = report.rerun.together[0]!.map((node) => report.layers.find((one) => one.node === node)!);
    expect(tied.length).toBeGreaterThan(1);
    const raised = chosen(report, new Map(), tied[0]!, withBits(tied[0]!, 16));
    expect([...raised.keys()].sort()).toEqual(tied.map(({ index }) => index).sort());
    expect([...raised.values()].every(({ bits }) => bits === 16)).toBe(true);
    expect(chosen(report, raised, tied[1]!, withBits(tied[1]!, 8)).size).toBe(0);
    const kept = chosen(report, raised, tied[0]!, { bits: 16, rule: "kl", threshold: 1 });
    expect(kept.get(tied[1]!.index)).toEqual(raised.get(tied[1]!.index));
  });
});
