import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { writeNpz } from "../../../hosts/shared/npy/npz.ts";
import { answersOf, caseNamed, feedsOf, weightsOf } from "../../core-ts/frontends/caffe/fixtures.ts";
import { knight, Scratch } from "../../support/command.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const net = caseNamed("net-resnet");
const prototxt = scratch.file("resnet.prototxt", net.prototxt);
const caffemodel = scratch.file("resnet.caffemodel", weightsOf(net));
const recorded = new Map([...feedsOf(net), ...answersOf(net)]);
const reference = scratch.file("resnet.npz", writeNpz(recorded));
const off = new Map(
  [...recorded].map(([name, t]) => [
    name,
    tensor(
      "float32",
      t.dims,
      Float32Array.from(toNumbers(t), (v) => v * 1.01),
    ),
  ]),
);
const wrong = scratch.file("wrong.npz", writeNpz(off));

const run = (folder: string, ...more: string[]) =>
  knight(["quant", "-f", "caffe", "-m", prototxt, "-s", join(scratch.path, folder), ...more]);

describe("-f caffe", () => {
  it("-r convert writes the float model and says how near it is", async () => {
    const { code, out } = await run("convert", "-w", caffemodel, "-r", "convert", "--reference", reference);
    expect(code).toBe(0);
    expect(out).toMatch(
      /Checked +its answers differ from .*resnet\.npz by at most \d(\.\d+)?e-[678] of the largest/,
    );
    const { graph } = await readModel(readFileSync(join(scratch.path, "convert", "resnet.onnx")));
    expect([graph.inputs, graph.outputs].map((edges) => edges.map(({ name }) => name))).toEqual([
      ["data"],
      ["prob"],
    ]);
  });

  it.each(["8", "16"])("quantizes to integers only at %s bit", async (bits) => {
    const { code, out } = await run(`quant${bits}`, "-w", caffemodel, "-b", bits, "-i", "2");
    expect(code).toBe(0);
    expect(out).toMatch(/Nodes +13 integer, 0 float/);
    // infer_auto: the cosine to the float answers.
    expect(Number(/Fixed result +([\d.]+)/.exec(out)![1])).toBeGreaterThan(bits === "8" ? 0.99 : 0.9999);
  });

  it.each([
    [["-w", caffemodel, "--reference", wrong], 1, /the conversion has failed: output "prob" is off by/],
    [[], 1, /layer "conv1" needs weights, and there is no -w/],
    [["-w", prototxt], 1, /resnet\.prototxt is no caffemodel/],
    [["-m", caffemodel, "-w", prototxt], 1, /resnet\.caffemodel is no prototxt but a binary file/],
    [["-w", join(scratch.path, "none.caffemodel")], 2, /none\.caffemodel/],
  ])("%j fails in one sentence", async (more, code, message) => {
    const outcome = await run("failed", "-r", "convert", ...more);
    expect(outcome.err).toMatch(message);
    expect(outcome.code).toBe(code);
  });
});
