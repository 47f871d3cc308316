import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadNodeRasterizer } from "../../../../hosts/node/rasterizer.ts";
import { knight, Scratch } from "../../../support/command.ts";
import { fourLayers, writeDump } from "../../../support/dumps.ts";
import { decodePng } from "../../../support/png.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

let dump: string;
beforeAll(() => {
  dump = fourLayers(join(scratch.path, "one"));
});

const compare = (...args: string[]) => knight(["compare", ...args]);
const rowsOf = (out: string): string[][] =>
  [...out.matchAll(/^│ +\d+ │.*$/gm)].map(([row]) =>
    row
      .split("│")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
const json = async (...args: string[]) => JSON.parse((await compare(...args, "--json")).out);

describe("Knight compare -qd", () => {
  it("prints mre and cos of every layer, float against what the integers mean", async () => {
    const { code, out } = await compare("-qd", dump);
    expect(code).toBe(0);
    // By hand: right of the first layer is 2 1 -3 6.
    const cos = 0.5 + (0.5 * (2 + 2 + 9 + 24)) / Math.sqrt(30 * 50);
    expect(rowsOf(out)).toEqual([
      ["0", "/a/conv", "Conv", "0.4", cos.toFixed(6)],
      ["1", "b", "Add", "0", "1.000000"],
      // (2+2)/4, and (-1-1+4)/6 of a cosine.
      ["2", "c", "Gemm", "1", (0.5 + 1 / 6).toFixed(6)],
      ["3", "d", "Add", "inf", "0.500000"],
    ]);
    const lines = out.split("\n").filter((line) => /^[│├┌└]/.test(line));
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(out).toContain("4 layers, from the input on:");
  });

  it("shows what was asked for, and what is sorted by", async () => {
    const { out } = await compare(
      "-qd",
      dump,
      "--no-mre",
      "--no-cos",
      "--sort",
      "rmse",
      "--bias",
      "--maxdiff",
    );
    expect(out).toMatch(/│ Index │ Layer +│ Op +│ +rmse │ max relative │ max absolute │ +r > l │ +r < l │/);
    expect(rowsOf(out).map(([index]) => index)).toEqual(["3", "2", "0", "1"]);
    expect(rowsOf(out)[2]).toEqual(["0", "/a/conv", "Conv", "0.44721", "1", "2", "66.7 %", "33.3 %"]);
  });

  it("gives all measures as JSON, infinity as text", async () => {
    const { layers, left, right } = await json("-qd", dump, "--no-cos");
    expect([left.model, right.model]).toEqual(["float", "quant"]);
    expect(layers[0]).toMatchObject({
      index: 0,
      layer: "/a/conv",
      op_type: "Conv",
      batches: 2,
      elements: 4,
      mre: 0.4,
      maxdiff: [1, 2],
    });
    expect(layers[3]).toMatchObject({ mre: "Infinity", cos: 0.5, rmse: "Infinity", bias: [1, 0] });
  });

  it.each([
    [
      ["--op-type", "Add"],
      ["1", "3"],
    ],
    [
      ["--op-type", "Gemm,Conv"],
      ["0", "2"],
    ],
    [
      ["--index-range", "0-1,3-"],
      ["0", "1", "3"],
    ],
    [["--index-range", "2"], ["2"]],
    [
      ["--index-range=1-", "--op-type=Add"],
      ["1", "3"],
    ],
    [["-on", "/a/conv"], ["0"]],
    [["-on", "c_out"], ["2"]],
  ])("%j leaves layers %j", async (options, expected) => {
    const { out } = await compare("-qd", dump, ...options);
    expect(rowsOf(out).map(([index]) => index)).toEqual(expected);
  });

  it("tells of an op type that the model does not have, and goes on", async () => {
    const { code, out } = await compare("-qd", dump, "--op-type", "Conv,LSTM");
    expect(code).toBe(0);
    expect(out).toContain("--op-type: no layer is of type LSTM; there are Add, Conv, Gemm (case matters)");
  });

  it("lists elements with -sl, with their places with -si", async () => {
    const { out } = await compare("-qd", dump, "-on", "/a/conv", "-sl", "5", "-si");
    expect(out).toContain("/a/conv, relative error of 100 % and more: 1:");
    expect(out).toMatch(/│ +0 │ \[0, 0\] │ +1 │ +2 │ +100 │/);
    const few = await compare("-qd", dump, "-on", "/a/conv", "-sl6", "-sn", "2");
    expect(few.code).toBe(2);
    const two = await compare("-qd", dump, "-on", "/a/conv", "-sl", "6", "-sn", "2");
    expect(two.out).toContain("/a/conv, all elements: the first 2 of 4:");
    expect(two.out).not.toContain("[0, 0]");
  });

  it("accepts --chip before and after the command", async () => {
    for (const args of [
      ["--chip", "TX5368AV200", "compare", "-qd", dump],
      ["compare", "-qd", dump, "-ch", "TX5368AV200"],
    ])
      expect((await knight(args)).code).toBe(0);
  });

  it("has a help text with the manual's spellings", async () => {
    const { code, out } = await compare("-h");
    expect(code).toBe(0);
    for (const option of ["-qd, --quant-dir DIR", "-on, --out-name NAME", "-sn, --show-number N", "--no-mre"])
      expect(out).toContain(option);
  });
});

describe("two dumps", () => {
  it("are compared layer by layer, by name; layers that only one has are listed", async () => {
    const left = writeDump(join(scratch.path, "left:8"), [
      { name: "x", scale: 0.5, float: [[9]], quant: [[4]] },
      { name: "gone", float: [[1]], quant: [[1]] },
      { name: "y", float: [[9]], quant: [[10]] },
    ]);
    const right = writeDump(join(scratch.path, "right"), [
      { name: "y", scale: 0.1, float: [[9]], quant: [[100]] },
      { name: "new", float: [[1]], quant: [[1]] },
      { name: "x", scale: 0.25, float: [[9]], quant: [[12]] },
    ]);
    for (const folders of [
      ["-qd", left, "-sd", right],
      ["-sd", `${left}:${right}`],
    ]) {
      const found = await json(...folders);
      expect(found.layers.map((one: { layer: string; mre: number }) => [one.layer, one.mre])).toEqual([
        ["x", 0.5],
        ["y", 0],
      ]);
      expect([found.only_left, found.only_right]).toEqual([["gone"], ["new"]]);
      const { out } = await compare(...folders);
      expect(out).toContain("Only on the left:\n  gone");
      expect(out).toContain("Only on the right:\n  new");
    }
  });

  it("must have the same shapes", async () => {
    const folders = [[[1, 2]], [[1]]].map((rows, i) =>
      writeDump(join(scratch.path, `shape${i}`), [{ name: "x", float: rows, quant: rows }]),
    );
    const { code, err } = await compare("-sd", folders.join(":"));
    expect(code).toBe(1);
    expect(err).toContain('batch 0 of layer "x" has shape [1, 2] on the left and [1, 1] on the right');
  });
});

describe("pictures", () => {
  it("are PNG and SVG, with the indices' names", async () => {
    const folder = join(scratch.path, "pictures");
    const { code, out } = await knight(
      ["compare", "-qd", dump, "-on", "/a/conv", "-sh", "--show-plot", "-s", folder],
      { loadRasterizer: loadNodeRasterizer },
    );
    expect(code).toBe(0);
    expect(out).toContain("plot_out_name_idx.txt");
    expect(scratch.list().filter((path) => path.startsWith("pictures/") && path.includes("."))).toEqual([
      "pictures/compare_result.json",
      "pictures/compare_result.txt",
      "pictures/histograms/0000:%2Fa%2Fconv.png",
      "pictures/histograms/0000:%2Fa%2Fconv.svg",
      "pictures/plot_out_name_idx.txt",
      "pictures/plot_result.png",
      "pictures/plot_result.svg",
    ]);
    const { width, height, colors } = decodePng(readFileSync(join(folder, "plot_result.png")));
    expect(width).toBeGreaterThan(1500);
    expect(height).toBeGreaterThan(800);
    // Axes, curves, letters: an empty picture has one colour.
    expect(colors).toBeGreaterThan(50);
  });

  it("are SVG only where the host makes no pixels; histograms of all layers need no -on", async () => {
    const folder = join(scratch.path, "svg");
    expect((await compare("-qd", dump, "--show-plot", "-sh", "--save-dir", folder)).code).toBe(0);
    const written = scratch.list().filter((path) => /^svg\/.*\.(svg|png)$/.test(path));
    expect(written).toEqual([
      ...["0000:%2Fa%2Fconv", "0001:b", "0002:c", "0003:d"].map((name) => `svg/histograms/${name}.svg`),
      "svg/plot_result.svg",
    ]);
    expect(readFileSync(join(folder, "plot_out_name_idx.txt"), "utf8")).toBe("0 /a/conv\n1 b\n2 c\n3 d\n");
    const titles = (file: string) =>
      ["Float output", "Quantized output", "Float weight", "Quantized weight"].filter((title) =>
        readFileSync(join(folder, "histograms", file), "utf8").includes(title),
      );
    expect(titles("0000:%2Fa%2Fconv.svg")).toHaveLength(4);
    // An Add has no weights.
    expect(titles("0001:b.svg")).toEqual(["Float output", "Quantized output"]);
  });
});

describe("--run-config", () => {
  const config = (compare: object) => scratch.file("config.json", JSON.stringify({ chip: "x", compare }));

  it("takes the options of its section; those on the command line beat it", async () => {
    const file = config({
      "quant-dir": dump,
      op_type: ["Add", "Gemm"],
      "no-mre": "true",
      rmse: false,
      sort: "cos",
    });
    expect(rowsOf((await compare("-rc", file)).out).map((row) => row.slice(0, 4))).toEqual([
      ["3", "d", "Add", "0.500000"],
      ["2", "c", "Gemm", "0.666667"],
      ["1", "b", "Add", "1.000000"],
    ]);
    const other = await compare("-rc", file, "--op-type", "Conv");
    expect(rowsOf(other.out).map(([index]) => index)).toEqual(["0"]);
  });

  it("is checked, by quant as well", async () => {
    const file = config({ "quant-dri": dump });
    for (const command of [["compare"], ["quant", "-m", "x.onnx"]]) {
      const { code, err } = await knight([...command, "-rc", file]);
      expect(code).toBe(2);
      expect(err).toContain('unknown key "quant-dri" in "compare"; did you mean "quant-dir"?');
    }
  });
});
