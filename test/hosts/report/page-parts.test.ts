import { describe, expect, it } from "vitest";
import { BY_DAMAGE, filtered, sorted } from "../../../hosts/report/columns.ts";
import { bytesText, heat, percentText, realText } from "../../../hosts/report/figures.ts";
import { layoutGraph, NODE } from "../../../hosts/report/graph/layout.ts";
import { stretches } from "../../../hosts/report/graph/pieces.ts";
import { judge } from "../../../hosts/report/judge.ts";
import { shareBeyond } from "../../../hosts/report/layer/bins.ts";
import { madeReport } from "./made-report.ts";

const report = madeReport();

describe("the verdict", () => {
  const of = (change: Partial<typeof report.verdict>) =>
    judge({ ...report, verdict: { ...report.verdict, ...change } }).grade;
  const output = (cosine: number, sqnrDb: number | null) => ({ outputs: [{ name: "y", cosine, sqnrDb }] });

  it("goes by the user's measure", () => {
    expect([of({ loss: 1 }), of({ loss: 1.01 }), of({ loss: 5.01 })]).toEqual(["good", "fair", "poor"]);
  });

  it("else goes by the worst output", () => {
    const measure = "random data";
    expect(of({ measure, ...output(1, null) })).toBe("good");
    expect(of({ measure, ...output(0.999, 20) })).toBe("good");
    expect(of({ measure, ...output(0.995, 19) })).toBe("fair");
    expect(of({ measure, ...output(0.98, 25) })).toBe("poor");
    expect(of({ measure, outputs: [] })).toBe("unknown");
    const two = [...output(1, null).outputs, ...output(0.5, 3).outputs];
    expect(of({ measure: null, loss: null, outputs: two })).toBe("poor");
  });
});

describe("the table of layers", () => {
  it("puts the worst first, and sorts by any column", () => {
    expect(sorted(report.layers, BY_DAMAGE).map(({ rank }) => rank)).toEqual(report.layers.map((_, i) => i));
    const largest = sorted(report.layers, { column: "scale", descends: true });
    expect(largest[0]!.scale).toBe(Math.max(...report.layers.map(({ scale }) => scale)));
  });

  it("is filtered by name, operator and error", () => {
    expect(filtered(report.layers, "  RELU ", undefined).every(({ op }) => op === "Relu")).toBe(true);
    expect(filtered(report.layers, "no such", undefined)).toEqual([]);
    const poor = filtered(report.layers, "", 15);
    expect(poor.every(({ own, total }) => own!.sqnrDb! < 15 || total.sqnrDb! < 15)).toBe(true);
    expect(filtered(report.layers, "", -999)).toEqual([]);
  });
});

describe("figures", () => {
  it("are short and never 0 for what is there", () => {
    expect([bytesText(0), bytesText(1499), bytesText(2_500_000)]).toEqual(["0 B", "1.5 kB", "2.5 MB"]);
    expect([percentText(0), percentText(1e-7), percentText(0.0123)]).toEqual(["0 %", "< 0.001 %", "1.2 %"]);
    expect([realText(0), realText(1 / 3), realText(1.234e-7)]).toEqual(["0", "0.3333", "1.23e-7"]);
    expect([heat(null), heat(40), heat(22.5), heat(-3)]).toEqual([0, 0, 0.5, 1]);
  });

  it("tell the share of a histogram beyond a threshold", () => {
    const histogram = { ...report.layers[1]!.histogram!, low: -4, high: 4, counts: [1, 1, 2, 4, 4, 2, 1, 1] };
    expect(shareBeyond(histogram, 4, true)).toBe(0);
    expect(shareBeyond(histogram, 2, true)).toBe(4 / 16);
    expect(shareBeyond(histogram, 1.5, true)).toBe(6 / 16);
    expect(shareBeyond({ ...histogram, low: 0, high: 8 }, 2, false)).toBe(14 / 16);
  });
});

describe("the picture of the network", () => {
  const { graph } = madeReport(301);
  const picture = layoutGraph(graph);

  it("is cut where few edges pass, between blocks", () => {
    const starts = stretches(graph);
    expect(starts.length).toBeGreaterThan(5);
    for (const start of starts.slice(1)) {
      const passing = graph.edges.filter(([from, to]) => from < start && to >= start);
      // A block's skip goes along with its chain except behind its Add.
      expect(passing.length).toBeLessThanOrEqual(2);
    }
  });

  it("has every node in it, none upon another, and every edge", () => {
    expect(picture.centres).toHaveLength(graph.nodes.length);
    expect(picture.edges).toHaveLength(graph.edges.length);
    for (const [x, y] of picture.centres) {
      expect(x).toBeGreaterThanOrEqual(NODE.width / 2);
      expect(x).toBeLessThanOrEqual(picture.width - NODE.width / 2);
      expect(y).toBeLessThanOrEqual(picture.height - NODE.height / 2);
      const near = picture.centres.filter(
        ([a, b]) => Math.abs(a - x) < NODE.width - 1 && Math.abs(b - y) < NODE.height - 1,
      );
      expect(near).toHaveLength(1);
    }
  });

  it("is broad rather than deep", () => {
    expect(picture.width / picture.height).toBeGreaterThan(1);
    expect(picture.width / picture.height).toBeLessThan(4);
  });

  it("bears a graph without nodes", () => {
    expect(layoutGraph({ nodes: [], edges: [] }).centres).toEqual([]);
  });
});
