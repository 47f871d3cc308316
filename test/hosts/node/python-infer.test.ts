import { mkdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { startPython } from "../../../hosts/node/python.ts";
import { writeNpz } from "../../../hosts/shared/npy/npz.ts";
import type { PythonRun } from "../../../hosts/shared/ports.ts";
import { nodeBackend } from "../../support/backends.ts";
import { knight, Scratch } from "../../support/command.ts";
import { needsPython, WHY_NO_PYTHON } from "../../support/python.ts";
import { MANUAL } from "../../support/python-suite.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());
const { PATH, PYTHONPATH } = process.env;
afterEach(() => {
  process.env.PATH = PATH;
  if (PYTHONPATH === undefined) delete process.env.PYTHONPATH;
  else process.env.PYTHONPATH = PYTHONPATH;
});

const EXAMPLES = fileURLToPath(new URL("../../../examples/", import.meta.url));
const DIGITS = join(EXAMPLES, "digits/digits.onnx");
const CHIP = ["--chip", "TX5368AV200", "quant"];
const script = scratch.file("infer_demo.py", MANUAL);
const quant = (args: readonly string[]) => knight([...CHIP, "-m", DIGITS, ...args], { startPython });
const uds = (file: string, name: string) => ["-uds", file, "-if", name, "-s", join(scratch.path, "out")];

describe("-uds script.py where it can't run", () => {
  it("says so on hosts without programs", async () => {
    const { code, err } = await knight([...CHIP, "-m", DIGITS, ...uds(script, "infer_cls_model")]);
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(/infer_demo\.py is a Python script, and no Python can be started here/),
    ]);
  });

  it("says what to install", async () => {
    process.env.PATH = "/nowhere";
    const { code, err } = await quant(uds(script, "infer_cls_model"));
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        /no Python was found \(python3, python on the PATH\); install Python 3 .*pip install numpy.*--python FILE/,
      ),
    ]);
  });

  it("names a script or a Python that is not there", async () => {
    const missing = await quant(uds("/nowhere/x.py", "infer_cls_model"));
    expect(missing.err).toMatch(/the script \/nowhere\/x\.py can't be read: there is no such file/);
    const noPython = await quant([...uds(script, "infer_cls_model"), "--python", "/nowhere/python"]);
    expect(noPython.err).toMatch(/--python \/nowhere\/python can't be started; give the file of a Python 3/);
    const other = await quant([...uds(script, "infer_cls_model"), "--python", process.execPath]);
    expect([other.code, other.err]).toEqual([2, expect.stringMatching(/ended with exit code 1/)]);
  });
});

describe.skipIf(WHY_NO_PYTHON !== null)(needsPython("-uds script.py"), () => {
  it("says when numpy is missing", async () => {
    mkdirSync(join(scratch.path, "path"));
    scratch.file("path/numpy.py", `raise ModuleNotFoundError("No module named 'numpy'", name="numpy")`);
    process.env.PYTHONPATH = [join(scratch.path, "path"), ...(PYTHONPATH ? [PYTHONPATH] : [])].join(
      delimiter,
    );
    const { code, err } = await quant(uds(script, "infer_cls_model"));
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        /numpy can't be imported by .*; install it: .* -m pip install numpy, or give another/,
      ),
    ]);
  });

  it("lists what the script registers", async () => {
    const { code, err } = await quant(uds(script, "infer_cls_modle"));
    expect([code, err]).toEqual([
      2,
      expect.stringMatching(
        /"infer_cls_modle"; .*infer_demo\.py was read, registered are: infer_cls_model, .*mean infer_cls_model/,
      ),
    ]);
  });

  it("gives examples/python the accuracy that the same in TypeScript has", async () => {
    const infer = ["-r", "infer", "-d", join(EXAMPLES, "digits/test_images.npy"), "-bs", "50", "-i", "10"];
    const results = await Promise.all(
      ["python/infer_digits.py", "digits/infer_digits.ts"].map(async (file) => {
        const { out } = await quant([...uds(join(EXAMPLES, file), "infer_digits"), ...infer]);
        return Number(/^Result +(.*)$/m.exec(out)?.[1]);
      }),
    );
    // README of the demo: the float network is right on 98 % of these images.
    expect(results).toEqual([98, 98]);
  });

  it("calibrates on what the script feeds: the model that the same in TypeScript gives", async () => {
    const feed = ["-d", join(EXAMPLES, "digits/calibration.npy"), "-bs", "32", "-i", "4"];
    const models = [];
    for (const file of ["python/infer_digits.py", "digits/infer_digits.ts"]) {
      const { code } = await quant([...uds(join(EXAMPLES, file), "infer_digits"), ...feed]);
      models.push([code, readFileSync(join(scratch.path, "out/digits_quantize.onnx"))]);
    }
    expect(models[0]).toEqual(models[1]);
  });

  it("may register the model and the infer function", async () => {
    const both = scratch.file(
      "both.py",
      `import numpy as np
from onnx_quantize_tool.common.register import onnx_infer_func, pytorch_model

@pytorch_model.register("digits")
def digits(weight_path=None):
    raise NotImplementedError("built by the other process")

@onnx_infer_func.register("infer_cls_model")
def infer_cls_model(executor):
    for _ in range(executor.iteration):
        executor.forward(np.ones((executor.batch_size, 1, 8, 8), np.float32))
    return 1
`,
    );
    // What export_model.py writes: test/hosts/node/python-model.test.ts has the bridge itself.
    const image = tensor("float32", [1, 1, 8, 8], new Float32Array(64));
    const model = new Uint8Array(readFileSync(DIGITS));
    const answers = await (await nodeBackend().createSession(model)).run(new Map([["image", image]]));
    const recorded = writeNpz(new Map([["image", image], ...answers]));
    const runPython = async (run: PythonRun) => {
      expect(run.request).toEqual({ name: "digits", script: both, weight: DIGITS });
      const files = new Map([
        ["model.onnx", model],
        ["reference.npz", recorded],
      ]);
      return { code: 0, interpreter: "python3", files };
    };
    const args = ["-f", "pytorch", "-m", "digits", "-w", DIGITS, ...uds(both, "infer_cls_model")];
    const { code, out, err } = await knight([...CHIP, ...args], { runPython, startPython });
    expect([code, err.match(/error.*/)]).toEqual([0, null]);
    expect(out).toMatch(/^Fixed result +1$/m);
  });
});
