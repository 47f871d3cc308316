/**
 * What executor.forward costs a Python script more than a JavaScript one: `npm run bench -- python [FORWARDS]`. Both feed a model that answers at once,
 * so that what is measured is the way there and back.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tensor } from "../core-ts/tensor/tensor.ts";
import { nodePorts } from "../hosts/node/ports.ts";
import type { InferFunction } from "../hosts/shared/infer/executor.ts";
import type { ForwardTarget } from "../hosts/shared/infer/forward.ts";
import { runInferFunction } from "../hosts/shared/infer/run-function.ts";
import { loadPythonScript } from "../hosts/shared/python/script-functions.ts";

const DIMS = [1, 3, 224, 224];
const ELEMENTS = 3 * 224 * 224;
const WARM_UP = 20;

const SCRIPT = `import numpy as np
from onnx_quantize_tool.common.register import onnx_infer_func

@onnx_infer_func.register("feed")
def feed(executor):
    image = np.ones((1, 3, 224, 224), np.float32)
    for _ in range(executor.iteration):
        executor.forward(image)
    return 1
`;

const inJavaScript: InferFunction = async (executor) => {
  const image = tensor("float32", DIMS, new Float32Array(ELEMENTS).fill(1));
  for (let i = 0; i < executor.iteration; i++) await executor.forward(image);
  return 1;
};

/** Milliseconds from one forward to the next, sorted, with an answer of so many elements. */
async function times(fn: InferFunction, forwards: number, answer: number): Promise<number[]> {
  const output = tensor("float32", [1, answer], new Float32Array(answer));
  const target: ForwardTarget = {
    inputs: [{ name: "image", dtype: "float32", dims: DIMS }],
    outputs: [{ name: "out", dtype: "float32", dims: null }],
    forward: async () => new Map([["out", output]]),
  };
  const seen: number[] = [];
  const run = {
    ...{ name: "feed", fn, iteration: forwards + WARM_UP, batchSize: 1, data: undefined, saveDir: "" },
    ...{ runMode: "quant", script: undefined, signal: new AbortController().signal },
  };
  const progress = { step: () => void seen.push(performance.now()), expect: () => undefined };
  await runInferFunction(run, target, new Map(), progress);
  const after = seen.slice(WARM_UP);
  return after
    .map((at, i) => at - (after[i - 1] ?? at))
    .slice(1)
    .sort((a, b) => a - b);
}

const at = (sorted: readonly number[], share: number) => sorted[Math.floor(share * (sorted.length - 1))]!;
const ms = (value: number) => value.toFixed(3);

async function main(forwards: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "knight-bench-"));
  const file = join(folder, "feed.py");
  writeFileSync(file, SCRIPT);
  const script = await loadPythonScript(nodePorts(new AbortController().signal), file, undefined);
  try {
    console.log(`ms a forward of 1x3x224x224 float32, ${forwards} forwards\n`);
    console.log("| answer | JavaScript, median | Python, median | Python, 90 % | overhead, median |");
    console.log("| --- | --- | --- | --- | --- |");
    for (const [answer, name] of [
      [1000, "1x1000"],
      [ELEMENTS, "as large"],
    ] as const) {
      const js = await times(inJavaScript, forwards, answer);
      const python = await times(script.functions.get("feed")!, forwards, answer);
      const [plain, bridged] = [at(js, 0.5), at(python, 0.5)];
      console.log(
        `| ${name} | ${ms(plain)} | ${ms(bridged)} | ${ms(at(python, 0.9))} | ${ms(bridged - plain)} |`,
      );
    }
  } finally {
    await script.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(Number(process.argv[2] ?? 500));
