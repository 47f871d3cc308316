import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { ConfigError } from "../../../core-ts/errors.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { runPython } from "../../../hosts/node/python.ts";
import { readNpz, writeNpz } from "../../../hosts/shared/npy/npz.ts";
import type { Ports, PythonOutcome, PythonRun } from "../../../hosts/shared/ports.ts";
import { readCases } from "../../core-ts/frontends/tensorflow/cases.ts";
import { knight, Scratch } from "../../support/command.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const NET = scratch.file(
  "net.prototxt",
  `input: "data" input_shape { dim: 1 dim: 2 dim: 3 dim: 4 }
layer { name: "double" type: "Power" bottom: "data" top: "twice" power_param { scale: 2 } }
layer { name: "rise" type: "Power" bottom: "twice" top: "file" power_param { shift: 1 } }
`,
);

const CAFFE = ["quant", "-f", "caffe", "-m", NET, "-r", "convert", "-s", join(scratch.path, "out")];
const convert = (more: readonly string[], ports: Partial<Ports>) => knight([...CAFFE, ...more], ports);

/** A Python whose module leaves these files. */
const leaving =
  (files: Readonly<Record<string, Uint8Array | string>>, code = 0, seen: PythonRun[] = []) =>
  async (run: PythonRun): Promise<PythonOutcome> => {
    seen.push(run);
    const bytes = (content: Uint8Array | string) =>
      typeof content === "string" ? new TextEncoder().encode(content) : content;
    const left = Object.entries(files).map(([name, content]) => [name, bytes(content)] as const);
    return { code, interpreter: "python3", files: new Map(left) };
  };

const twicePlusOne = (t: Tensor): Tensor =>
  tensor(
    "float32",
    t.dims,
    (t.data as Float32Array).map((v) => 2 * v + 1),
  );

describe("a conversion without answers to compare with", () => {
  it.each<readonly [string, readonly string[], Partial<Ports>, string]>([
    [
      "there is no such package",
      [],
      { runPython: leaving({ "result.json": '{"missing": "caffe"}' }) },
      "python3 has no package caffe",
    ],
    ["no program can be started", [], {}, "no Python can be started here"],
    [
      "none is wanted",
      ["--python", "none"],
      { runPython: async () => expect.fail("was started") },
      "--python none",
    ],
    [
      "there is no Python",
      [],
      {
        runPython: async () => {
          throw new ConfigError("no Python was found (python3 on the PATH); install it", {
            option: "--python",
          });
        },
      },
      "no Python was found (python3 on the PATH)",
    ],
    [
      "the framework refuses the model",
      [],
      {
        runPython: leaving({
          "result.json": '{"package": "caffe", "version": "1.0.0", "refused": "ValueError: no"}',
        }),
      },
      "caffe 1.0.0 did not run the model: ValueError: no",
    ],
    [
      "the framework breaks down",
      [],
      { runPython: leaving({ "log.txt": "F1124 net.cpp:5]\nCheck failed: a == b\n" }, 134) },
      "python3 ended with exit code 134: Check failed: a == b",
    ],
  ])("says so where %s", async (_, more, ports, why) => {
    const { code, out, err } = await convert(more, ports);
    expect(code).toBe(0);
    const text = `it loads and runs; its answers were not compared (${why}), which --reference FILE.npz does`;
    expect(out).toContain(`Checked    ${text}`);
    expect(err).toContain(`net.prototxt is converted to ONNX: ${text}`);
  });

  it("ends where the Python that was asked for can't be started", async () => {
    const { code, err } = await convert(["--python", "/nowhere/python"], { runPython });
    expect(code).toBe(2);
    expect(err).toMatch(/--python \/nowhere\/python can't be started/);
  });

  it("refuses --python none beside a Python script", async () => {
    const { err } = await convert(["--python", "none", "-uds", "x.py"], {});
    expect(err).toMatch(/--python none starts no Python, and -uds x\.py needs one/);
  });

  it("starts no Python where --reference gives the answers", async () => {
    const data = tensor("float32", [1, 2, 3, 4], new Float32Array(24).fill(3));
    const file = scratch.file(
      "reference.npz",
      writeNpz(
        new Map([
          ["x", data],
          ["y", twicePlusOne(data)],
        ]),
      ),
    );
    const { out } = await convert(["--reference", file], {
      runPython: async () => expect.fail("was started"),
    });
    expect(out).toMatch(/Checked +its answers differ from those of .*reference\.npz by at most 0\.0 of/);
  });
});

describe("answers of a framework", () => {
  const result = { "result.json": '{"package": "tensorflow", "version": "2.21.0"}' };

  it("are asked for in the order in which TensorFlow takes the axes, and compared", async () => {
    const net = readCases("nets.pack").find(({ name }) => name === "MobileNetV2")!;
    const [input, output] = [[...net.inputs.keys()][0]!, [...net.outputs.keys()][0]!];
    const graph = scratch.file("net.pb", net.graph);
    const answers = new Map([[output, tensor("float32", [1, 10], new Float32Array(10).fill(9))]]);
    const runs: PythonRun[] = [];
    const { code, err } = await knight(
      [
        "quant",
        "-f",
        "tensorflow",
        "-m",
        graph,
        "-snn",
        input,
        "-enn",
        output,
        "-c2chw",
        "-r",
        "convert",
        "-s",
        join(scratch.path, "tf"),
      ],
      { runPython: leaving({ ...result, "answers.npz": writeNpz(answers) }, 0, runs) },
    );
    expect(runs[0]!.request).toEqual({
      framework: "tensorflow",
      model: graph,
      inputs: [input],
      outputs: [output],
    });
    expect(readNpz(runs[0]!.inputs!.get("inputs.npz")!, "inputs").get(input)!.dims).toEqual([1, 32, 32, 3]);
    expect(code).not.toBe(0);
    expect(err).toMatch(
      /the conversion has failed: output ".*" (has shape|is off by) .*tensorflow 2\.21\.0 on seeded inputs/,
    );
    expect(err).toMatch(/leave the comparison out with --python none/);
  });
});

const HAS_NUMPY = spawnSync("python3", ["-c", "import numpy"]).status === 0;

/** A package that stands in for Caffe: what Net does with the data, and what happens on import. */
function fakeCaffe(name: string, answer: string, onImport = ""): string {
  const folder = join(scratch.path, name, "caffe");
  mkdirSync(folder, { recursive: true });
  const content = `import os, sys, numpy
print("chatter")
${onImport}
__version__ = "1.0.0-fake"
TEST = 1
def set_mode_cpu(): pass
class Blob:
    def reshape(self, *dims): self.data = numpy.zeros(dims, numpy.float32)
class Net:
    def __init__(self, model, phase):
        assert open(model).read().startswith("input") and phase == TEST
        self.blobs = {"data": Blob(), "file": Blob()}
    def reshape(self): pass
    def forward(self):
        data = self.blobs["data"].data
        self.blobs["file"].data = ${answer}
`;
  scratch.file(join(name, "caffe", "__init__.py"), content);
  return join(scratch.path, name);
}

describe.skipIf(!HAS_NUMPY)("record_answers.py (needs python3 with numpy)", () => {
  const before = process.env.PYTHONPATH;
  afterEach(() => {
    if (before === undefined) delete process.env.PYTHONPATH;
    else process.env.PYTHONPATH = before;
  });
  const withFake = (path: string) => {
    process.env.PYTHONPATH = path;
    return convert([], { runPython });
  };

  it("feeds the framework what the converted model is fed", async () => {
    const { code, out, err } = await withFake(fakeCaffe("right", "2 * data + 1"));
    expect(code).toBe(0);
    expect(err).toMatch(/^comparing with caffe of .*python.*, which may take a while\n/);
    expect(err).not.toContain("chatter");
    const found = /those of caffe 1\.0\.0-fake on seeded inputs by at most (\S+) of/.exec(out);
    expect(Number(found![1])).toBeLessThan(1e-6);
  });

  it("finds a conversion that is off by more than a thousandth", async () => {
    const { code, err } = await withFake(fakeCaffe("off", "2 * data + 1.01"));
    expect(code).not.toBe(0);
    expect(err).toMatch(
      /has failed: output "file" is off by 0\.00\d+ of the largest answer of caffe 1\.0\.0-fake/,
    );
  });

  it.each([
    [
      "raises an error of several lines",
      "data",
      'raise OSError("no library\\nand more")',
      /caffe did not run the model: OSError: no library\)/,
    ],
    ["wants to end Python", "sys.exit(3)", "", /caffe 1\.0\.0-fake did not run the model: SystemExit: 3\)/],
    [
      "is broken off",
      "os.abort()",
      'print("Check failed: x", flush=True)',
      /python3 ended with exit code \d+: Check failed: x\)/,
    ],
  ])("says so where the framework %s", async (name, answer, onImport, why) => {
    const { code, out } = await withFake(fakeCaffe(name, answer, onImport));
    expect(code).toBe(0);
    expect(out).toMatch(why);
  });

  it("takes no folder for a package that only has its name", async () => {
    mkdirSync(join(scratch.path, "models", "caffe"), { recursive: true });
    const { out } = await withFake(join(scratch.path, "models"));
    expect(out).toMatch(/python3 has no package caffe/);
  });
});
