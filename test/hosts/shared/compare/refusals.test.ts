import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { knight, Scratch } from "../../../support/command.ts";
import { fourLayers, writeDump } from "../../../support/dumps.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

let dump: string;
beforeAll(() => {
  dump = fourLayers(join(scratch.path, "one"));
});

const compare = (...args: string[]) => knight(["compare", ...args]);

describe("refusals", () => {
  const cut = () => {
    const folder = writeDump(join(scratch.path, "cut"), [{ name: "x", float: [[1, 2]], quant: [[1, 2]] }]);
    const file = join(folder, "dump/quant/0000:x/batch_0.npy");
    writeFileSync(file, readFileSync(file).subarray(0, -1));
    return folder;
  };
  const damaged = (text: string) => {
    const folder = join(scratch.path, "damaged");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "dump.json"), text);
    return folder;
  };
  const without = (path: string) => {
    const folder = writeDump(join(scratch.path, "without"), [{ name: "x", float: [[1]], quant: [[1]] }]);
    rmSync(join(folder, path), { recursive: true });
    return folder;
  };

  it.each([
    [
      "no folder",
      () => ["-qd", "/nowhere"],
      2,
      "-qd/--quant-dir: /nowhere is not there; give the --save-dir of a run of quant with -du",
    ],
    [
      "the folder below",
      () => ["-qd", join(dump, "dump")],
      2,
      "lies within a dump; give the folder above it",
    ],
    ["no dump.json", () => ["-qd", scratch.path], 2, "holds no dump.json"],
    ["no -qd", () => [], 2, "-qd/--quant-dir is missing"],
    ["one folder for -sd", () => ["-sd", dump], 2, "one folder, and there is nothing to compare it with"],
    ["three folders", () => ["-qd", dump, "-sd", `${dump}:${dump}`], 2, "names two folders"],
    ["no measure", () => ["-qd", dump, "--no-mre", "--no-cos"], 2, "leave no measure"],
    [
      "an unknown layer",
      () => ["-qd", dump, "-on", "/a/con"],
      2,
      'no layer "/a/con"; did you mean "/a/conv"? there are "/a/conv", "b", "c", "d"',
    ],
    [
      "an unknown op",
      () => ["-qd", dump, "--op-type", "conv"],
      2,
      "no layer is of type conv; there are Add, Conv, Gemm",
    ],
    [
      "a range beyond",
      () => ["-qd", dump, "--index-range", "0-1,2-9"],
      2,
      "--index-range 2-9 goes beyond the layers, which have indices from 0 to 3",
    ],
    ["a range backwards", () => ["-qd", dump, "--index-range", "3-1"], 2, "ends before it begins; write 1-3"],
    ["no range", () => ["-qd", dump, "--index-range", "a-b"], 2, "expected first-last"],
    ["nothing in common", () => ["-qd", dump, "-on", "b", "--op-type", "Conv"], 2, "have no layer in common"],
    [
      "an unknown option",
      () => ["-qd", dump, "--sotr", "mre"],
      2,
      "unknown option --sotr; did you mean --sort?",
    ],
    [
      "an unknown measure",
      () => ["-qd", dump, "--sort", "mse"],
      2,
      "expected one of mre, cos, rmse, maxdiff, bias",
    ],
    ["a level too high", () => ["-qd", dump, "-sl", "7"], 2, "expected a whole number from 0 to 6"],
    ["a word too many", () => ["-qd", dump, "more"], 2, '"more" belongs to no option'],
    [
      "histograms of everything and no place",
      () => ["-qd", dump, "-sh"],
      2,
      "give -on NAME for one, or --save-dir",
    ],
    ["no JSON", () => ["-qd", damaged("{")], 1, "dump.json can't be used: it is no JSON"],
    ["another form", () => ["-qd", damaged('{"version":2,"layers":{}}')], 1, "version: "],
    ["no layers", () => ["-qd", damaged('{"version":1,"layers":{}}')], 1, "names no layer"],
    [
      "a truncated file",
      () => ["-qd", cut()],
      1,
      "batch_0.npy has 1 bytes of data, but its shape [1, 2] of |i1 needs 2",
    ],
    [
      "a missing layer",
      () => ["-qd", without("dump/quant/0000:x")],
      1,
      "0000:x is not there, and dump.json names it",
    ],
    [
      "no batches",
      () => ["-qd", without("dump/float/0000:x/batch_0.npy")],
      1,
      'layer "x" has no batch on both sides',
    ],
  ] as const)("%s", async (_, args, code, message) => {
    const { code: found, err, out } = await compare(...args());
    expect(err).toContain(message);
    expect(out).toBe("");
    expect(found).toBe(code);
  });
});
