import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { knight, Scratch } from "../../support/command.ts";
import { denoCommand, needsDeno, WHY_NO_DENO } from "../../support/deno-command.ts";
import { runProgram } from "../../support/program.ts";

const scratch = new Scratch();
afterAll(() => scratch.remove());

it.skipIf(WHY_NO_DENO !== null)(needsDeno("examples/deno writes a model that is right"), async () => {
  const file = join(scratch.path, "digits.onnx");
  const example = denoCommand("examples/deno/quantize_digits.ts", ["--allow-read", "--allow-write"]);
  expect(await runProgram(example, [file])).toEqual({
    code: 0,
    out: "{ integerNodes: 11, floatNodes: 0 } [] []\n",
    err: "",
  });
  const { code, out } = await knight([
    ...["quant", "-r", "infer", "-m", file, "-uds", "examples/digits/infer_digits.ts", "-if", "infer_digits"],
    ...["-d", "examples/digits/test_images.npy", "-bs", "1", "-i", "500"],
  ]);
  expect(code).toBe(0);
  // README of the demo: the float network is right on 98 % of these images, which training never saw.
  expect(Number(/^Result +(.*)$/m.exec(out)?.[1])).toBeGreaterThan(97);
});
