import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../../core-ts/index.ts";
import { createInferAuto } from "../../../../hosts/shared/infer/auto.ts";
import type { InferFunction } from "../../../../hosts/shared/infer/executor.ts";
import type { ForwardTarget } from "../../../../hosts/shared/infer/forward.ts";
import { runInferFunction } from "../../../../hosts/shared/infer/run-function.ts";

const INPUTS: ForwardTarget["inputs"] = [
  { name: "f", dtype: "float32", dims: ["n", 5000] },
  { name: "s", dtype: "int32", dims: [400] },
  { name: "u", dtype: "uint8", dims: [400] },
];

/** Runs over a model whose output is its first input times `gain` plus `offset`; gives the result and what was fed. */
async function run(fn: InferFunction, gain: number, offset = 0) {
  const fed: Map<string, Tensor>[] = [];
  const target: ForwardTarget = {
    inputs: INPUTS,
    outputs: [{ name: "y", dtype: "float32", dims: null }],
    async forward(feeds) {
      fed.push(new Map(feeds));
      const { dims, data } = feeds.get("f")!;
      const y = Float32Array.from(data as Float32Array, (v) => v * gain + offset);
      return new Map([["y", { dtype: "float32", dims, data: y } as Tensor]]);
    },
  };
  const settings = {
    name: "infer_auto",
    fn,
    iteration: 3,
    batchSize: 2,
    data: undefined,
    saveDir: "",
    runMode: "quant",
    script: undefined,
  };
  const result = await runInferFunction(
    { ...settings, signal: new AbortController().signal },
    target,
    new Map(),
    { step: () => undefined, expect: () => undefined },
  );
  return { result, fed };
}

describe("infer_auto", () => {
  it("feeds normal floats, and integers in the ranges of facts.md, in the batch asked for", async () => {
    const { fed } = await run(createInferAuto(), 1);
    expect(fed).toHaveLength(3);
    expect(fed[0]!.get("f")!.dims).toEqual([2, 5000]);
    const f = Array.from(fed[0]!.get("f")!.data as Float32Array);
    const mean = f.reduce((a, b) => a + b, 0) / f.length;
    const variance = f.reduce((a, b) => a + (b - mean) ** 2, 0) / f.length;
    // 10 000 samples: the mean's deviation is 0.01, the variance's 0.014; five times that.
    expect(Math.abs(mean)).toBeLessThan(0.05);
    expect(Math.abs(variance - 1)).toBeLessThan(0.07);
    const sorted = (name: string) =>
      [...new Set(fed.flatMap((feeds) => Array.from(feeds.get(name)!.data, Number)))].sort((a, b) => a - b);
    expect(sorted("s")).toEqual(Array.from({ length: 20 }, (_, i) => i - 10));
    expect(sorted("u")).toEqual(Array.from({ length: 9 }, (_, i) => i + 1));
  });

  it("feeds the same data every time, and other data in every batch", async () => {
    const first = await run(createInferAuto(), 1);
    const again = await run(createInferAuto(), 1);
    expect(again.fed).toEqual(first.fed);
    expect(first.fed[0]).not.toEqual(first.fed[1]);
  });

  it("gives 1 for the first model and the cosine to it for the next", async () => {
    const fn = createInferAuto();
    expect((await run(fn, 1)).result).toBe(1);
    expect((await run(fn, 1)).result).toBeCloseTo(1, 12);
    expect((await run(fn, -1)).result).toBeCloseTo(-1, 12);
    // x + 1 against x with x standard normal: E[x²] / sqrt(E[x²]·E[(x+1)²]) = 1/√2; 30 000 samples.
    expect((await run(fn, 1, 1)).result).toBeCloseTo(Math.SQRT1_2, 1);
  });
});
