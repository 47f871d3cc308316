import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { writeNpz } from "../../../hosts/shared/npy/npz.ts";
import { type Case, readCases } from "../../core-ts/frontends/tensorflow/cases.ts";
import { knight, Scratch } from "../../support/command.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const FIXTURES = fileURLToPath(new URL("../../fixtures/tensorflow/", import.meta.url));

interface Files {
  readonly graph: string;
  readonly reference: string;
  /** -snn, -enn */
  readonly ends: readonly string[];
}

function filesOf(file: string, name: string): Files {
  const one = readCases(file).find((it) => it.name === name) as Case;
  const stem = name.replace("/", "-");
  return {
    graph: scratch.file(`${stem}.pb`, one.graph),
    reference: scratch.file(`${stem}.npz`, writeNpz(new Map([...one.inputs, ...one.outputs]))),
    ends: ["-snn", ...one.inputs.keys(), "-enn", ...one.outputs.keys()],
  };
}

const mobilenet = filesOf("nets.pack", "MobileNetV2");
const lstm = filesOf("loops.pack", "dynamic_rnn/LSTM");

const run = (folder: string, { graph, ends }: Pick<Files, "graph" | "ends">, ...more: string[]) =>
  knight(["quant", "-f", "tensorflow", "-m", graph, ...ends, "-s", join(scratch.path, folder), ...more]);

describe("-f tensorflow", () => {
  it.each([
    [[], [null, 32, 32, 3]],
    [["-c2chw"], [null, 3, 32, 32]],
  ])("-r convert %j writes the float model and says how near it is", async (more, shape) => {
    const folder = `convert${more.length}`;
    const { code, out } = await run(
      folder,
      mobilenet,
      "-r",
      "convert",
      "--reference",
      mobilenet.reference,
      ...more,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/Checked +its answers differ from .*MobileNetV2\.npz by at most \S+ of the largest/);
    const { graph } = await readModel(readFileSync(join(scratch.path, folder, "MobileNetV2.onnx")));
    const dims = graph.inputs[0]!.type!.dims!.map((dim) => (typeof dim === "number" ? dim : null));
    expect(dims).toEqual(shape);
  });

  it.each(["8", "16"])("quantizes MobileNetV2 and an LSTM to integers only at %s bit", async (bits) => {
    for (const [name, files] of Object.entries({ mobilenet, lstm })) {
      const { code, out } = await run(`${name}${bits}`, files, "-b", bits, "-i", "2");
      expect(code).toBe(0);
      expect(out).toMatch(/Nodes +\d+ integer, 0 float/);
      // infer_auto: the cosine to the float answers.
      expect(Number(/Fixed result +([\d.]+)/.exec(out)![1])).toBeGreaterThan(bits === "8" ? 0.98 : 0.9999);
    }
  });

  it("takes the folder of a SavedModel, and its ends from the signature", async () => {
    const folder = join(FIXTURES, "saved_v2");
    const reference = join(folder, "reference.npz");
    const { code, out } = await run(
      "saved",
      { graph: folder, ends: [] },
      "-r",
      "convert",
      "--reference",
      reference,
    );
    expect(code).toBe(0);
    expect(out).toMatch(/Converted +.*saved_v2\.onnx/);
  });

  it.each<readonly [string, readonly string[], RegExp]>([
    ["no ends", [], /-snn\/--start-node-names is missing.*there are x0:0/],
    ["a wrong end", ["-snn", "x0:0", "-enn", "Softmaxx"], /has no node "Softmaxx" \(near to it: .*Softmax/],
  ])("%s is told with what there is", async (_, ends, message) => {
    const { code, err } = await run("wrong", { graph: mobilenet.graph, ends }, "-r", "convert");
    expect(code).not.toBe(0);
    expect(err).toMatch(message);
  });
});
