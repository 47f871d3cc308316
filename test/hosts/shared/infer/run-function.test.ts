import { describe, expect, it } from "vitest";
import type { Tensor } from "../../../../core-ts/index.ts";
import type { Executor, InferFunction } from "../../../../hosts/shared/infer/executor.ts";
import type { ForwardTarget } from "../../../../hosts/shared/infer/forward.ts";
import { type InferRun, runInferFunction } from "../../../../hosts/shared/infer/run-function.ts";

const image = (batch: number): Tensor => ({
  dtype: "float32",
  dims: [batch, 2],
  data: new Float32Array(batch * 2).fill(batch),
});

/** A model of two outputs, listed in another order than the runtime gives them. */
const target: ForwardTarget = {
  inputs: [{ name: "image", dtype: "float32", dims: ["n", 2] }],
  outputs: [
    { name: "boxes", dtype: "float32", dims: ["n", 4] },
    { name: "scores", dtype: "float32", dims: ["n", 1] },
  ],
  forward: async (feeds) => {
    const batch = feeds.get("image")!.dims[0]!;
    return new Map<string, Tensor>([
      ["scores", { dtype: "float32", dims: [batch, 1], data: new Float32Array(batch) }],
      ["boxes", { dtype: "float32", dims: [batch, 4], data: new Float32Array(batch * 4) }],
    ]);
  },
};

const NO_PROGRESS = { step: () => undefined, expect: () => undefined };

function runOf(fn: InferFunction, signal = new AbortController().signal): InferRun {
  return {
    name: "infer_it",
    fn,
    iteration: 3,
    batchSize: 2,
    data: "photos/",
    saveDir: "out",
    runMode: "quant",
    script: "user.ts",
    signal,
  };
}

function run(fn: InferFunction, onTarget: ForwardTarget = target): Promise<number> {
  return runInferFunction(runOf(fn), onTarget, new Map([["y", "conv1"]]), NO_PROGRESS);
}

/** What user scripts in plain JavaScript may return. */
const returning = (value: unknown) => async (executor: Executor) => {
  await executor.forward(image(1));
  return value as number;
};

describe("the executor", () => {
  it("has the fields of facts.md", async () => {
    await run(async (executor) => {
      expect(executor).toMatchObject({
        iteration: 3,
        batch_size: 2,
        dataset: "photos/",
        save_dir: "out",
        run_mode: "quant",
        gpu: false,
        user_defined_script: "user.ts",
        input_nodes: ["image"],
        input_types: { image: 1 },
        shape_dicts: {},
        input_configs_dict: {},
        output_node_list: ["boxes", "scores"],
        early_stop_flag: false,
      });
      executor.init_shape_info();
      expect(executor.shape_dicts).toEqual({ image: ["n", 2], boxes: ["n", 4], scores: ["n", 1] });
      expect(executor.output_name_to_node_name()).toEqual({ y: "conv1" });
      await executor.forward(image(2));
      return 1;
    });
  });

  it("returns the outputs in the order of output_node_list, for any batch", async () => {
    await run(async ({ forward }) => {
      expect((await forward(image(5))).map(({ dims }) => dims)).toEqual([
        [5, 4],
        [5, 1],
      ]);
      return 1;
    });
  });

  it("counts batches and gives back the function's number", async () => {
    let batches = 0;
    const result = await runInferFunction(
      runOf(async (executor) => {
        for (let i = 0; i < executor.iteration; i++) await executor.forward(image(1));
        return 71.5;
      }),
      target,
      new Map(),
      { ...NO_PROGRESS, step: () => batches++ },
    );
    expect([result, batches]).toEqual([71.5, 3]);
  });

  it("runs overlapping calls one after the other", async () => {
    let [running, most] = [0, 0];
    const slow: ForwardTarget = {
      ...target,
      forward: async (feeds) => {
        most = Math.max(most, ++running);
        await new Promise((done) => setTimeout(done, 5));
        running--;
        return target.forward(feeds);
      },
    };
    await run(async ({ forward }) => {
      await Promise.all([forward(image(1)), forward(image(2)), forward(image(3))]);
      return 1;
    }, slow);
    expect(most).toBe(1);
  });
});

describe("what an infer function does wrong", () => {
  it.each<[string, InferFunction, string]>([
    [
      "throws",
      () => {
        throw new Error("no such photo");
      },
      'the infer function "infer_it" of user.ts threw: no such photo',
    ],
    [
      "never calls forward",
      () => 99,
      'the infer function "infer_it" of user.ts never called executor.forward',
    ],
    ["returns nothing", returning(undefined), "returned undefined, expected a finite number"],
    ["returns a string", returning("98"), "returned string, expected a finite number"],
    ["returns NaN", returning(Number.NaN), "returned NaN, expected a finite number"],
    ["returns null", returning(null), "returned null, expected a finite number"],
    [
      "does not wait",
      (executor) => {
        void executor.forward(image(1));
        return 1;
      },
      "returned while executor.forward was still running; make it async and write await",
    ],
  ])("%s", async (_, fn, message) => {
    await expect(run(fn)).rejects.toMatchObject({
      code: "CONFIG",
      message: expect.stringContaining(message),
    });
  });

  it("keeps the error of forward as it is, also when the function lets it through", async () => {
    await expect(run((executor) => executor.forward().then(() => 1))).rejects.toMatchObject({
      code: "DATA",
      message: expect.stringContaining("executor.forward got 0 tensors, the model has 1 input"),
    });
  });

  it("refuses forward after the function has returned", async () => {
    let kept: Executor | undefined;
    await run(async (executor) => {
      kept = executor;
      await executor.forward(image(1));
      return 1;
    });
    await expect(kept!.forward(image(1))).rejects.toThrow("after the infer function had returned");
  });

  it("stops a function that waits for something else when the run is stopped", async () => {
    const controller = new AbortController();
    const forever = runOf(() => new Promise<number>(() => undefined), controller.signal);
    const result = runInferFunction(forever, target, new Map(), NO_PROGRESS);
    controller.abort("SIGINT");
    await expect(result).rejects.toMatchObject({ code: "ABORTED" });
  });
});
