/** The report from end to end on the digits: what it says, whether its advice runs, and whether what it predicts comes true. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Report, ReportLayer } from "../../../core-ts/report/report.ts";
import { knight, type Outcome, Scratch } from "../../support/command.ts";

const DEMO = "examples/digits";
const scratch = new Scratch();
afterAll(() => scratch.remove());

const ARGS = [
  ...["quant", "-m", `${DEMO}/digits.onnx`, "-uds", `${DEMO}/infer_digits.ts`, "-if", "infer_digits"],
  ...["-d", `${DEMO}/calibration.npy`, "-bs", "32", "-i", "2"],
  // With 32 samples a run, the two runs in which layers are looked at by themselves see what calibration saw.
  ...["-ib", "32"],
];
const folder = (name: string) => join(scratch.path, name);
const quantize = (name: string, ...more: string[]): Promise<Outcome> =>
  knight([...ARGS, "-s", folder(name), ...more]);

function reportIn(name: string): Report {
  return JSON.parse(readFileSync(join(folder(name), "digits_report.json"), "utf8")) as Report;
}

const layerOf = (report: Report, node: string): ReportLayer =>
  report.layers.find((layer) => layer.node === node)!;
const worst = ({ layers }: Report): ReportLayer => layers.find(({ rank }) => rank === 0)!;
const threshold = ({ scale, bits, signed }: ReportLayer) => scale * (2 ** (signed ? bits - 1 : bits) - 1);

/** Decibels at a threshold, read off the curve as the page does. */
function expected({ histogram }: ReportLayer, width: "8" | "16", at: number): number {
  const { highest, ratio, sqnrDb } = histogram!.curve;
  const place = Math.log(at / highest) / Math.log(ratio);
  const [low, high] = [sqnrDb[width][Math.floor(place)]!, sqnrDb[width][Math.ceil(place)]!];
  return low + (place - Math.floor(place)) * (high - low);
}

/** The command as a shell takes it apart; only what the report's quoting makes. */
function words(command: string): string[] {
  return [...command.matchAll(/'((?:[^']|'\\'')*)'|[^\s']+/g)].map(([all, inside]) =>
    inside === undefined ? all : inside.replaceAll("'\\''", "'"),
  );
}

const run = (command: string): Promise<Outcome> => knight(words(command).slice(1));

describe("the report of a run", () => {
  it("is written as JSON and as one page, and says what the terminal says", async () => {
    const { code, out } = await quantize("plain");
    expect(code).toBe(0);
    const report = reportIn("plain");
    expect(readFileSync(join(folder("plain"), "digits_report.html"), "utf8")).toContain("stem_conv");
    expect(report.verdict).toMatchObject({
      float: 100,
      bits: 8,
      observer: "kl",
      integerNodes: 11,
      floatNodes: 0,
    });
    expect(report.verdict.milliseconds).toBeGreaterThan(0);
    expect(report.layers).toHaveLength(12);
    expect(report.layers[0]).toMatchObject({ op: "Input", index: 0 });
    expect(report.layers.map(({ rank }) => rank).sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    const names = new Set(report.graph.nodes.map(({ name }) => name));
    for (const { node } of report.layers) expect(names).toContain(node);
    expect(out).toContain(report.advice[0]!.command);
  });

  it("is summed up in the terminal: the worst layers, what stays float, files, what to try", async () => {
    const { out } = await quantize("summary");
    const own = [...out.matchAll(/^ {2}\S+ +\S+ +8 +([\d.]+) dB +[\d.]+ dB /gm)].map(([, text]) =>
      Number(text),
    );
    expect(own).toHaveLength(5);
    expect(own).toEqual([...own].sort((a, b) => a - b));
    expect(out.split("\n").filter((line) => /dB/.test(line) && line.length > 80)).toEqual([
      expect.stringMatching(/adds noise of|instead of|beyond/),
    ]);
    const { out: all } = await quantize("all", "-l", "0");
    expect(all.match(/^ {2}\S+ +\S+ +8 +[\d.]+ dB|exact/gm)!.length).toBeGreaterThan(10);
  });

  it("counts the calibration data, and what of it the grid clips", () => {
    const report = reportIn("plain");
    const input = report.layers[0]!;
    expect(input.histogram!.counts.reduce((sum, count) => sum + count, 0)).toBe(64 * 8 * 8);
    expect(input.histogram!.counts.length).toBeLessThanOrEqual(257);
    const { histogram, bits } = layerOf(report, "stem_conv");
    expect(Object.keys(histogram!.thresholds[`${bits}`])).toEqual([
      "min_max",
      "kl",
      "kl_v2",
      "mse",
      "percentile",
    ]);
    expect(histogram!.thresholds["8"].min_max).toBeCloseTo(Math.max(histogram!.max, -histogram!.min), 5);
    // 16 bit has the headroom that quantization gives it.
    expect(histogram!.thresholds["16"].min_max).toBeCloseTo(2 * histogram!.thresholds["8"].min_max, 4);
    for (const layer of report.layers)
      if (layer.histogram) expect(threshold(layer) / layer.histogram.thresholds["8"].kl).toBeCloseTo(1, 6);
  });

  it("gives commands that run", async () => {
    const { advice } = reportIn("plain");
    expect(advice.length).toBeGreaterThan(0);
    for (const { command, file } of advice) {
      if (file) expect(readFileSync(join(folder("plain"), file.name), "utf8")).toBe(file.text);
      const { code, err } = await run(command);
      expect({ code, err: code === 0 ? "" : err }).toEqual({ code: 0, err: "" });
    }
    expect(existsSync(join(folder("plain"), "try1", "digits_report.json"))).toBe(true);
  });

  it("predicts what another observer does to a layer", async () => {
    const before = reportIn("plain");
    const { node } = before.layers.find(({ op }) => op === "Add")!;
    const mix = { ...before.rerun.mix!, [node]: { bitwidth: 8, mode: "min_max" } };
    const file = scratch.file("min_max.json", JSON.stringify(mix));
    expect((await run(`${before.rerun.command} -mc ${file} -s ${folder("mixed")}`)).code).toBe(0);
    const [old, now] = [before, reportIn("mixed")].map((report) => layerOf(report, node));
    const promised = old!.histogram!.thresholds["8"].min_max;
    expect(threshold(now!) / promised).toBeCloseTo(1, 6);
    // An Add has no weights: its own error is rounding and clipping alone, on the same data. What is left is interpolation between the curve's points, the
    // uniformity within bins, and the Add's multipliers.
    expect(Math.abs(now!.own!.sqnrDb! - expected(old!, "8", promised))).toBeLessThan(0.2);
    expect(Math.abs(old!.own!.sqnrDb! - expected(old!, "8", threshold(old!)))).toBeLessThan(0.2);
  });

  it("has the layer first whose scale was broken by -lsj, and names the mistake", async () => {
    expect((await quantize("scales", "-gsj")).code).toBe(0);
    const table = JSON.parse(readFileSync(join(folder("scales"), "digits_scale.json"), "utf8"));
    const { value, node } = layerOf(reportIn("scales"), "depthwise_conv");
    table[value].scale *= 100;
    const file = join(scratch.path, "it's broken.json");
    writeFileSync(file, JSON.stringify(table));
    const { code, out } = await quantize("broken", "-lsj", file);
    expect(code).toBe(0);
    const report = reportIn("broken");
    expect(worst(report)).toMatchObject({ node, histogram: { source: "comparison" } });
    const [first] = report.advice;
    expect(first).toMatchObject({ node, kind: "scale" });
    // Calibration on 64 samples, here the same: kl finds the scale that -gsj wrote.
    expect(first!.why).toContain(`given by -lsj (${file}) is about 100 times what calibration would choose`);
    expect(out).toContain(`${node}: ${first!.why}`);
    expect(first!.command).not.toContain("lsj");
    expect((await run(first!.command)).code).toBe(0);
    const cured = JSON.parse(
      readFileSync(join(folder("broken"), "try1", "digits_report.json"), "utf8"),
    ) as Report;
    expect(layerOf(cured, node).own!.sqnrDb!).toBeGreaterThan(worst(report).own!.sqnrDb! + 20);
  });

  it("is written for each of several strategies", async () => {
    const { code, out } = await quantize("several", "-qm", "min_max", "mse");
    expect(code).toBe(0);
    const [a, b] = ["several/min_max_i2", "several/mse_i2"].map(reportIn);
    expect([a!.verdict.observer, b!.verdict.observer]).toEqual(["min_max", "mse"]);
    expect(b!.rerun.command).toMatch(/-qm mse -i 2 -s \S+try$/);
    expect(["min_max", "mse"]).toContain(reportIn("several").verdict.observer);
    expect(out).toContain("digits_report.html");
  });
});
