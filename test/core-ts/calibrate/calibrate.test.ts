import { beforeAll, describe, expect, it } from "vitest";
import type { Backend, Feeds } from "../../../core-ts/backend.ts";
import {
  Calibrator,
  calibrate,
  openSession,
  tappedValues,
  withOutputs,
} from "../../../core-ts/calibrate/calibrate.ts";
import type { Ranges } from "../../../core-ts/calibrate/ranges.ts";
import { findChip } from "../../../core-ts/chips/index.ts";
import { DataError, ModelError } from "../../../core-ts/errors.ts";
import type { Graph } from "../../../core-ts/graph/graph.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { makePlan } from "../../../core-ts/plan/make-plan.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { Random } from "../../reference/random.ts";
import { nodeBackend } from "../../support/backends.ts";
import { graph, model, value } from "../../support/build-model.ts";
import { loadKernels } from "../../support/kernels.ts";

let host: { backend: Backend; kernels: Kernels };
beforeAll(async () => {
  host = { backend: nodeBackend(), kernels: await loadKernels("simd") };
});

const float = (dims: readonly number[], data: readonly number[]) =>
  tensor("float32", dims, Float32Array.from(data));

/** x [1, 3] → a = x - 1 → b = 2 a → y = max(b, 0), as a plan at batch 1 sees it; Relu is carried by Mul. */
function small(): Graph {
  const inner = ["a", "b", "y"].map((name) => value(name, [1, 3]));
  return graph({
    inputs: [value("x", [1, 3])],
    outputs: [value("y", [1, 3])],
    nodes: ["Sub x one -> a", "Mul a two -> b", "Relu b -> y"],
    constants: { one: float([], [1]), two: float([], [2]) },
    types: inner,
  });
}

const planOf = (content: Graph) =>
  makePlan(content, { chip: findChip("generic"), bits: 8, observer: "kl", lutLength: 10 });

const open = (content: Graph, dynamicBatch: boolean) =>
  Calibrator.open(model(content), planOf(content), host, dynamicBatch);

/** Rows of three numbers, some of them zeros. */
function samples(count: number, seed = 3): number[][] {
  const random = new Random(seed);
  return Array.from({ length: count }, () =>
    Array.from({ length: 3 }, () =>
      random.chance(0.1) ? 0 : (random.next() - 0.4) * 2 ** random.int(-4, 6),
    ),
  );
}

const batch = (rows: readonly number[][]): Feeds => new Map([["x", float([rows.length, 3], rows.flat())]]);

/** Statistics after these batches. */
async function statistics(batches: readonly (readonly number[][])[]): Promise<Ranges> {
  const calibrator = await open(small(), true);
  const ranges = await calibrate(calibrator, batches.map(batch));
  await calibrator.close();
  return ranges;
}

async function refusal(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  return error as Error;
}

describe("what is tapped", () => {
  it("are the values that own a scale, behind a carried activation, and no others", () => {
    expect(tappedValues(planOf(small()))).toEqual(["x", "a", "y"]);
  });

  it("becomes an output once; inputs are seen where they are fed", () => {
    const tapped = withOutputs(small(), ["x", "a", "y", "a"]);
    expect(tapped.outputs).toEqual([value("y", [1, 3]), value("a", [1, 3])]);
    expect(small().outputs).toHaveLength(1);
  });
});

describe("statistics", () => {
  it("are those of all values, of the input too, by plain arithmetic", async () => {
    const all = samples(20);
    const { stats, samples: count } = await statistics([all]);
    expect(count).toBe(20);
    const x = all.flat().map(Math.fround);
    const a = x.map((v) => Math.fround(v - 1));
    const y = a.map((v) => Math.max(2 * v, 0));
    for (const [name, values] of [
      ["x", x],
      ["a", a],
      ["y", y],
    ] as const) {
      const { min, max, count: seen, zeros } = stats.get(name)!;
      expect([name, min, max, seen, zeros]).toEqual([
        name,
        Math.min(...values),
        Math.max(...values),
        60,
        values.filter((v) => v === 0).length,
      ]);
    }
  });

  it("are the same in any order of batches and any split into batches", async () => {
    const all = samples(24);
    const expected = await statistics([all]);
    const splits = [
      all.map((row) => [row]),
      [all.slice(0, 7), all.slice(7)],
      [[...all].reverse()],
      [all.slice(16), all.slice(0, 3), all.slice(3, 16)],
    ];
    for (const batches of splits) expect(await statistics(batches)).toEqual(expected);
  });

  it("come from any iterable, asynchronous ones too", async () => {
    const all = samples(6);
    async function* slowly() {
      for (const row of all) yield batch([row]);
    }
    const calibrator = await open(small(), true);
    const ranges = await calibrate(calibrator, slowly());
    await calibrator.close();
    expect(ranges).toEqual(await statistics([all]));
  });
});

describe("forward", () => {
  it("gives the float model's answers for a batch of any size, and they stay", async () => {
    const calibrator = await open(small(), true);
    const first = await calibrator.forward(
      batch([
        [1, 2, 3],
        [0, 1, 1.5],
      ]),
    );
    await calibrator.forward(batch([[9, 9, 9]]));
    expect([...first]).toEqual([["y", float([2, 3], [0, 2, 4, 0, 0, 1])]]);
    expect(calibrator.samples).toBe(3);
    await calibrator.close();
  });

  it("counts an input that is an output, too, once", async () => {
    const content = small();
    content.outputs.push(value("x", [1, 3]));
    const calibrator = await open(content, true);
    const outputs = await calibrator.forward(batch([[1, 2, 3]]));
    expect(outputs.get("x")).toEqual(float([1, 3], [1, 2, 3]));
    expect(calibrator.ranges().stats.get("x")?.count).toBe(3);
    await calibrator.close();
  });

  it.each([true, false])("refuses an empty batch (dynamic batch: %s)", async (dynamicBatch) => {
    const calibrator = await open(small(), dynamicBatch);
    const error = await refusal(calibrator.forward(batch([])));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/batch is empty/);
    await calibrator.close();
  });

  it("of a model with fixed shapes takes inputs without a common first axis", async () => {
    const content = graph({
      inputs: [value("rate", []), value("state", [2, 1]), value("x", [1, 3])],
      outputs: [value("y", [2, 3])],
      nodes: ["Mul x rate -> a", "Add a state -> y"],
      types: [value("a", [1, 3])],
    });
    const calibrator = await open(content, false);
    const feeds: Feeds = new Map<string, Tensor>([
      ["rate", float([], [2])],
      ["state", float([2, 1], [10, 20])],
      ["x", float([1, 3], [1, 2, 3])],
    ]);
    const outputs = await calibrator.forward(feeds);
    expect(outputs.get("y")).toEqual(float([2, 3], [12, 14, 16, 22, 24, 26]));
    expect(calibrator.ranges().stats.get("state")).toMatchObject({ min: 10, max: 20, count: 2 });
    await calibrator.close();
  });
});

describe("NaN and infinite values", () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "%s in the data is refused with the input's name and the sample",
    async (bad) => {
      const calibrator = await open(small(), true);
      await calibrator.forward(batch([[1, 2, 3]]));
      const error = await refusal(
        calibrator.forward(
          batch([
            [1, 2, 3],
            [1, bad, bad],
          ]),
        ),
      );
      expect(error).toBeInstanceOf(DataError);
      expect(error.message).toBe(
        '2 NaN or infinite values in "x" (sample 3); a scale can\'t be chosen for them: check the input data',
      );
      expect((error as DataError).where).toEqual({ value: "x" });
      await calibrator.close();
    },
  );

  it("made by the model are refused with the value's name", async () => {
    const calibrator = await open(small(), true);
    // 2 * (3e38 - 1) is beyond float32.
    const error = await refusal(calibrator.forward(batch([[3e38, 0, 0]])));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toMatch(/^1 NaN or infinite values in "y" \(sample 1\).*check the float model$/);
    await calibrator.close();
  });
});

describe("openSession", () => {
  it("says which model the runtime refuses, and why", async () => {
    const wrong = graph({ inputs: [value("x", [1])], outputs: [value("y")], nodes: ["NoSuchOp x -> y"] });
    const error = await refusal(openSession(host.backend, model(wrong), "the float model"));
    expect(error).toBeInstanceOf(ModelError);
    expect(error.message).toMatch(/^onnxruntime-node.* can't load the float model: .*NoSuchOp/);
    expect(error.cause).toBeInstanceOf(Error);
  });
});
