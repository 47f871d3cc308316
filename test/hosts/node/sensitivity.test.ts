import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { writeNpz } from "../../../hosts/shared/npy/npz.ts";
import { knight, Scratch } from "../../support/command.ts";
import { buildModel } from "../../support/text-model.ts";

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.remove());

/** k/16 for every k from -127 to 127: at scale 1/16, which min_max chooses, no rounding is lost; nor in its sum with itself, at 1/8. */
const INPUT = Float32Array.from({ length: 255 }, (_, k) => (k - 127) / 16);

/** Sum and sigmoid, in a folder with its data. @returns the command line's common part. */
function smallNet(): string[] {
  const net = buildModel({
    inputs: { x: [1, 255], again: [1, 255] },
    nodes: [
      ["sum", "Add", "x again"],
      ["y", "Sigmoid", "sum"],
    ],
    outputs: "y",
  });
  const [model, data] = [join(scratch.path, "net.onnx"), join(scratch.path, "data.npz")];
  writeFileSync(model, writeModel(net));
  const values = { dtype: "float32", dims: [1, 255], data: INPUT } as const;
  writeFileSync(data, writeNpz(new Map(["x", "again"].map((name) => [name, values]))));
  return ["-m", model, "-if", "infer_files", "-d", data, "-qm", "min_max", "--save-dir", scratch.path];
}

const read = (name: string) => JSON.parse(readFileSync(join(scratch.path, name), "utf8"));

/** SQNR of numbers that are rounded to steps of their largest magnitude / 127. */
function roundingSqnr(values: readonly number[]): number {
  const step = Math.max(...values) / 127;
  const energy = values.reduce((sum, v) => sum + v * v, 0);
  const error = values.reduce((sum, v) => sum + (Math.round(v / step) * step - v) ** 2, 0);
  return 10 * Math.log10(energy / error);
}

describe("Knight sensitivity", () => {
  it("finds a layer that loses nothing and one that loses what rounding does", async () => {
    const { code, out, err } = await knight(["sensitivity", ...smallNet()]);
    expect(err).not.toContain("error");
    expect(code).toBe(0);
    const { layers, all } = read("net_sensitivity.json");
    expect(layers.map(({ node }: { node: string }) => node)).toEqual(["node_sum", "node_y"]);
    const [sum, sigmoid] = layers;
    expect(sum.only.sqnrDb).toBeNull();
    expect(sigmoid.without.sqnrDb).toBeNull();
    const answers = Array.from(INPUT, (x) => 1 / (1 + Math.exp(-2 * x)));
    const expected = roundingSqnr(answers);
    // Scales are float32, and ties round to even: a value in a hundred may land on the other step.
    for (const { sqnrDb } of [sigmoid.only, sum.without, all])
      expect(Math.abs(sqnrDb - expected)).toBeLessThan(0.1);
    expect(out).toMatch(/│ node_y +│ Sigmoid +│ +\d+\.\d+ │ +exact │\n│ node_sum +│ Add +│ +exact │/);
    for (const kind of ["json", "svg"])
      expect(existsSync(join(scratch.path, `net_sensitivity.${kind}`))).toBe(true);
  });

  it("says what -gt is to keep at 16 bit", async () => {
    const net = smallNet();
    await knight(["sensitivity", ...net]);
    const file = join(scratch.path, "net_sensitivity.json");
    expect((await knight(["quant", ...net, "-gt", "-ams", file, "-amr", "0.5"])).code).toBe(0);
    expect(read("net_mix.json")).toEqual({
      node_sum: { bitwidth: 8, mode: "min_max" },
      node_y: { bitwidth: 16, mode: "min_max" },
    });
  });

  it.each([
    ["[]", 'it holds no "layers"'],
    ['{"layers": [{"node": "a"}]}', '"layers"[0] has no "node" with "only"'],
    ['{"layers": [{"node": "other", "only": {"sqnrDb": 3}}]}', 'says nothing of the node "node_sum"'],
  ])("refuses %s as a file of sensitivities", async (text, message) => {
    const [net, file] = [smallNet(), join(scratch.path, "s.json")];
    writeFileSync(file, text);
    const { code, err } = await knight(["quant", ...net, "-gt", "-ams", file]);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(existsSync(join(scratch.path, "net_mix.json"))).toBe(false);
  });

  it.each([["-r", "infer"], ["-qm", "kl"], ["-du"], ["-cd", "cache"]])(
    "refuses %s, which does not go with it",
    async (...option) => {
      const { code, err } = await knight(["sensitivity", ...smallNet(), ...option]);
      expect(code).toBe(2);
      expect(err).toContain("leave it out");
    },
  );
});

describe("--exclude", () => {
  it("keeps a node float, and nothing is lost that it would have lost", async () => {
    const { code, out } = await knight(["quant", ...smallNet(), "--exclude", "node_y"]);
    expect(code).toBe(0);
    expect(out).toContain("it is excluded");
    expect(out).toMatch(/Fixed result +1$/m);
  });

  it("names the nearest node for one that is not there", async () => {
    const { code, err } = await knight(["quant", ...smallNet(), "--exclude", "node_yy"]);
    expect(code).toBe(2);
    expect(err).toContain('did you mean "node_y"?');
  });
});
