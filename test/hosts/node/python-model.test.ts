import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { runPython } from "../../../hosts/node/python.ts";
import { writeNpz } from "../../../hosts/shared/npy/npz.ts";
import type { Ports, PythonRun } from "../../../hosts/shared/ports.ts";
import { knight, Scratch } from "../../support/command.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

const HAS_PYTHON = spawnSync("python3", ["--version"]).status === 0;
const BASE = ["--chip", "TX5368AV200", "quant", "-f", "pytorch", "-r", "convert", "-s", scratch.path];
const SCRIPT = scratch.file(
  "models.py",
  `from onnx_quantize_tool.common.register import pytorch_model, onnx_infer_func
from onnx_quantize_tool.utils import constants

@onnx_infer_func.register("infer_cls_model")
def infer_cls_model(executor):
    return 1

@pytorch_model.register("broken")
def broken(weight_path=None):
    print("building", weight_path)
    raise ValueError("no such layer")

@pytorch_model.register("wrong")
def wrong():
    return 5
`,
);

const quant = (model: string, more: readonly string[] = [], ports: Partial<Ports> = {}) =>
  knight([...BASE, "-m", model, ...more], ports);

describe("-f pytorch -m NAME without Python", () => {
  it("says that a script must be given", async () => {
    const { code, err } = await quant("resnet18");
    expect(code).toBe(2);
    expect(err).toMatch(/-m resnet18 names a function of a Python script.*-uds script\.py -w weights\.pth/);
  });

  it("says what to do where no program can be started", async () => {
    const { err } = await quant("resnet18", ["-uds", SCRIPT]);
    expect(err).toMatch(/no Python can be started here; export the model with torch\.export\.save/);
  });

  it("names a Python that can't be started, and where none is found", async () => {
    const { err } = await quant("broken", ["-uds", SCRIPT, "--python", "/nowhere/python"], { runPython });
    expect(err).toMatch(/--python \/nowhere\/python can't be started/);
  });

  it("names weights that are not there", async () => {
    const { err } = await quant("broken", ["-uds", SCRIPT, "-w", "/nowhere/w.pth"], { runPython });
    expect(err).toMatch(/\/nowhere\/w\.pth can't be read.*check -w\/--weight/);
  });

  it("takes --python with a Python script only", async () => {
    const { err } = await knight(["--chip", "TX5368AV200", "quant", "-m", "x.onnx", "--python", "python3"]);
    expect(err).toMatch(
      /--python is for Python scripts and models of other frameworks, -f is onnx, and no script is given/,
    );
  });
});

describe("what the bridge gives back", () => {
  const model = readFileSync(new URL("../../../../shared/models/lstm_kws/lstm_kws.onnx", import.meta.url));
  const answering = (y: number) => async (run: PythonRun) => {
    run.show("a line of the script\n");
    expect(run.request).toEqual({ name: "net", script: SCRIPT });
    const arrays = new Map([
      ["features", tensor("float32", [1, 25, 40], new Float32Array(1000))],
      ["logits", tensor("float32", [1, 12], new Float32Array(12).fill(y))],
    ]);
    const files = new Map([
      ["model.onnx", new Uint8Array(model)],
      ["reference.npz", writeNpz(arrays)],
      ["version.txt", new TextEncoder().encode("2.13.0")],
    ]);
    return { code: 0, interpreter: "python3", files };
  };

  it("is compared with torch's answers", async () => {
    const { code, err } = await quant("net", ["-uds", SCRIPT], { runPython: answering(1e6) });
    expect(code).not.toBe(0);
    expect(err).toContain("a line of the script");
    expect(err).toMatch(
      /the conversion has failed: output "logits" is off by .* of torch 2\.13\.0 on seeded inputs/,
    );
  });
});

describe.skipIf(!HAS_PYTHON)("the bridge itself", () => {
  it("shows what the script prints, and its traceback as one error", async () => {
    const { code, err } = await quant("broken", ["-uds", SCRIPT, "-w", SCRIPT], { runPython });
    expect(code).toBe(2);
    expect(err).toContain(`building ${SCRIPT}`);
    expect(err).toMatch(
      /can't be exported: ValueError: no such layer\nTraceback[\s\S]*models\.py", line 11, in broken/,
    );
  });

  it("names the models that are registered", async () => {
    const { err } = await quant("resnet18", ["-uds", SCRIPT], { runPython });
    expect(err).toMatch(/registers no model "resnet18", it registers broken, wrong/);
  });

  it("says what a function must return", async () => {
    const { err } = await quant("wrong", ["-uds", SCRIPT], { runPython });
    expect(err).toMatch(/"wrong" of .* returns int, expected a dictionary with "model" and "inputs"/);
  });
});
