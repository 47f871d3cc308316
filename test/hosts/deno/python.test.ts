import { describe, expect, it } from "vitest";
import { denoCommand, needsDeno, WHY_NO_DENO } from "../../support/deno-command.ts";
import { runProgram } from "../../support/program.ts";
import { needsPython, WHY_NO_PYTHON } from "../../support/python.ts";
import { pythonSuite } from "../../support/python-suite.ts";

const PROGRAM = "hosts/deno/main.ts";
const DIGITS = ["--chip", "TX5368AV200", "quant", "-m", "examples/digits/digits.onnx"];
const SCRIPT = ["-uds", "examples/python/infer_digits.py", "-if", "infer_digits"];
const INFER = [...DIGITS, ...SCRIPT, "-r", "infer", "-d", "examples/digits/test_images.npy", "-bs", "50"];

describe.skipIf(WHY_NO_DENO !== null || WHY_NO_PYTHON !== null)(
  needsDeno(needsPython("infer functions in Python, in Deno")),
  () => {
    pythonSuite(denoCommand(PROGRAM, ["-A"]));

    const files = ["--allow-read", "--allow-write", "--allow-env", "--allow-ffi"];
    it("need leave to run Python, and to hand it the environment, and no more", async () => {
      const refused = await runProgram(denoCommand(PROGRAM, files), INFER);
      expect([refused.code, refused.err]).toEqual([
        2,
        expect.stringMatching(/Deno was started without --allow-run=python3 or without --allow-env/),
      ]);
      const granted = await runProgram(denoCommand(PROGRAM, [...files, "--allow-run=python3"]), INFER);
      expect([granted.code, granted.out]).toEqual([0, expect.stringMatching(/^Result +\d/m)]);
    });
  },
);
