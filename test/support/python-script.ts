import { afterAll, afterEach } from "vitest";
import { startPython } from "../../hosts/node/python.ts";
import type { ModelEdge } from "../../hosts/shared/infer/check-input.ts";
import type { ForwardTarget } from "../../hosts/shared/infer/forward.ts";
import { runInferFunction } from "../../hosts/shared/infer/run-function.ts";
import { loadPythonScript, type PythonScript } from "../../hosts/shared/python/script-functions.ts";
import { recordingPorts, Scratch } from "./command.ts";

/** First lines of every script. */
export const HEAD = `import numpy as np
from onnx_quantize_tool.common.register import onnx_infer_func
`;
/** An input of float32. */
export const float = (dims: readonly (number | string)[], name = "image"): ModelEdge => ({
  name,
  dtype: "float32",
  dims,
});

/** A model that answers with what it is fed. */
export function echo(inputs: readonly ModelEdge[], more: Partial<ForwardTarget> = {}): ForwardTarget {
  const outputs = inputs.map((edge) => ({ ...edge, name: `${edge.name}_out` }));
  return {
    inputs,
    outputs,
    forward: async (feeds) => new Map([...feeds].map(([name, t]) => [`${name}_out`, t])),
    ...more,
  };
}

/** Loads a script of these lines, from the folder; `run` runs one of its functions over a model. It is to be closed. */
async function load(scratch: Scratch, body: string) {
  const { ports, out, err } = recordingPorts({ startPython });
  const file = scratch.file("script.py", HEAD + body);
  const script = await loadPythonScript(ports, file, undefined);
  const run = (target: ForwardTarget = echo([float(["n", 2])]), fn = "f", signal = ports.signal) =>
    runInferFunction(
      {
        name: fn,
        fn: script.functions.get(fn)!,
        ...{
          iteration: 3,
          batchSize: 2,
          data: undefined,
          saveDir: "out",
          runMode: "quant",
          script: file,
          signal,
        },
        inputConfigs: { image: { color_space: "RGB" } },
        conversions: (dtype) => `data.astype(np.${dtype})`,
      },
      target,
      new Map([["image_out", "last"]]),
      { step: () => undefined, expect: () => undefined },
    );
  return { script, run, out, err, file };
}

/** An infer function of these lines. */
export const f = (body: string, name = "f") => `@onnx_infer_func.register("${name}")
def ${name}(executor):
${body.replace(/^/gm, "    ")}
`;

/** Loads scripts into a folder of the test's, and ends them after each test. */
export function scriptLoader() {
  const scratch = new Scratch();
  const open: PythonScript[] = [];
  afterAll(() => scratch.remove());
  afterEach(async () => {
    for (const script of open.splice(0)) await script.close();
  });
  const loaded = async (body: string) => {
    const found = await load(scratch, body);
    open.push(found.script);
    return found;
  };
  /** One script with functions f0, f1, ... of these bodies: Python starts once. */
  const loadedAll = (bodies: readonly string[]) => loaded(bodies.map((body, i) => f(body, `f${i}`)).join(""));
  return { scratch, loaded, loadedAll };
}
