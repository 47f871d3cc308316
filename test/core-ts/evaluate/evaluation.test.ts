import { beforeAll, describe, expect, it } from "vitest";
import type { Feeds } from "../../../core-ts/backend.ts";
import { SCALES_KEY } from "../../../core-ts/emit/fixed.ts";
import { AbortedError, ModelError, UnsupportedError } from "../../../core-ts/errors.ts";
import { openInference } from "../../../core-ts/evaluate/inference.ts";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { Graph } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  type Prepared,
  prepare,
  type QuantizedModel,
  type QuantOptions,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../../../core-ts/pipeline.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { Random } from "../../reference/random.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { testHost } from "../../support/one-op.ts";

const OPTIONS: QuantOptions = {
  chip: "TX5368AV200",
  bits: 8,
  mode: "min_max",
  percent: 1,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
};

/** x [n, 6] → Gemm → Relu → Gemm → y [n, 3], and the index of the largest. */
function classifier(): Graph {
  const random = new Random(21);
  const weights = (...dims: [number, number]) =>
    tensor(
      "float32",
      dims,
      Float32Array.from({ length: dims[0] * dims[1] }, () => random.next() * 2 - 1),
    );
  return graph({
    inputs: [value("x", ["n", 6])],
    outputs: [value("y", ["n", 3]), value("best", ["n", 1], "int64")],
    nodes: [
      "Gemm x w1 -> g",
      "Relu g -> h",
      "Gemm h w2 -> y",
      node("ArgMax y -> best", { axis: attr.int(1) }),
    ],
    constants: { w1: weights(6, 8), w2: weights(8, 3) },
  });
}

const random = new Random(4);
const SAMPLES = Array.from({ length: 7 }, () => Array.from({ length: 6 }, () => random.next() * 4 - 2));
const feeds = (rows: readonly number[][]): Feeds =>
  new Map([["x", tensor("float32", [rows.length, 6], Float32Array.from(rows.flat()))]]);

let host: PipelineHost;
let floatOutput: number[];
const made = new Map<number, { prepared: Prepared; quantized: QuantizedModel }>();

beforeAll(async () => {
  host = await testHost();
  for (const irBatch of [1, 4]) {
    const prepared = await prepare(writeModel(model(classifier())), { ...OPTIONS, irBatch }, host);
    const calibration = await startCalibration(prepared, host);
    const outputs = await calibration.forward(feeds(SAMPLES));
    floatOutput = [...(outputs.get("y")!.data as Float32Array)];
    made.set(irBatch, { prepared, quantized: quantizeModel(prepared, calibration.ranges(), host) });
    await calibration.stop();
  }
});

async function evaluated(irBatch: number, batches: readonly (readonly number[][])[], comparedRuns?: number) {
  const { prepared, quantized } = made.get(irBatch)!;
  const evaluation = await startEvaluation(prepared, quantized, host, { comparedRuns });
  const y: number[] = [];
  const best: number[] = [];
  for (const rows of batches) {
    const outputs = await evaluation.forward(feeds(rows));
    expect(outputs.get("y")!.dims).toEqual([rows.length, 3]);
    y.push(...(outputs.get("y")!.data as Float32Array));
    best.push(...Array.from(outputs.get("best")!.data as BigInt64Array, Number));
  }
  const layers = evaluation.layers();
  await evaluation.stop();
  return { y, best, layers };
}

describe("the fixed model on test data", () => {
  it("answers in real units, near the float model", async () => {
    const { y } = await evaluated(1, [SAMPLES]);
    const step = made.get(1)!.quantized.scales.get("y")!.scale;
    // Half a step for the output's own rounding; the rest for 8-bit inputs, weights and hidden values.
    for (const [i, v] of y.entries()) expect(Math.abs(v - floatOutput[i]!)).toBeLessThan(6 * step);
    expect(y.every((v) => Math.abs(v / step - Math.round(v / step)) < 1e-4)).toBe(true);
  });

  it("gives what is no quantized value as it is", async () => {
    const { y, best } = await evaluated(1, [SAMPLES]);
    const largest = SAMPLES.map((_, i) => y.slice(3 * i, 3 * i + 3)).map((row) =>
      row.indexOf(Math.max(...row)),
    );
    expect(best).toEqual(largest);
  });

  it("answers the same at any batch, of the model and of the data", async () => {
    const { y, best } = await evaluated(1, [SAMPLES]);
    for (const batches of [[SAMPLES], [SAMPLES.slice(0, 3), SAMPLES.slice(3)]]) {
      const other = await evaluated(4, batches);
      expect([other.y, other.best]).toEqual([y, best]);
    }
  });
});

describe("layers", () => {
  it("are listed in order, each near its float value", async () => {
    const { layers } = await evaluated(1, [SAMPLES]);
    expect(layers.map(({ op, value: name, bits }) => [op, name, bits])).toEqual([
      ["Gemm", "h", 8],
      ["Gemm", "y", 8],
    ]);
    for (const { cosine, sqnrDb } of layers) {
      expect(cosine).toBeGreaterThan(0.99);
      expect(sqnrDb).toBeGreaterThan(25);
    }
  });

  it("of the output are the plain error of its real values", async () => {
    const { y, layers } = await evaluated(1, [SAMPLES]);
    const noise = y.reduce((sum, v, i) => sum + (v - floatOutput[i]!) ** 2, 0);
    const signal = floatOutput.reduce((sum, v) => sum + v * v, 0);
    // The output is rounded to float32 on its way: 2^-24 relative.
    expect(layers.at(-1)!.sqnrDb).toBeCloseTo(10 * Math.log10(signal / noise), 3);
    expect(layers.at(-1)!.maxAbs).toBeCloseTo(Math.max(...y.map((v, i) => Math.abs(v - floatOutput[i]!))), 5);
  });

  it("are compared on as many runs as asked for, answers go on", async () => {
    const few = await evaluated(1, [SAMPLES], 2);
    const alone = await evaluated(1, [SAMPLES.slice(0, 2)]);
    expect(few.layers).toEqual(alone.layers);
    expect(few.y).toHaveLength(21);
  });

  it("reach a listener on both sides, every run", async () => {
    const { prepared, quantized } = made.get(1)!;
    const heard: string[] = [];
    const evaluation = await startEvaluation(prepared, quantized, host, {
      onLayer: async (side, index, layer, t) => {
        heard.push(`${side} ${index} ${layer.value} ${t.dtype} ${t.dims}`);
      },
    });
    await evaluation.forward(feeds(SAMPLES.slice(0, 1)));
    await evaluation.stop();
    expect(heard).toEqual([
      "float 0 h float32 1,8",
      "quant 0 h int8 1,8",
      "float 1 y float32 1,3",
      "quant 1 y int8 1,3",
    ]);
  });
});

describe("stopping", () => {
  it("on request ends a run with AbortedError", async () => {
    const { prepared, quantized } = made.get(1)!;
    const abort = new AbortController();
    const evaluation = await startEvaluation(prepared, quantized, { ...host, signal: abort.signal });
    abort.abort();
    await expect(async () => evaluation.forward(feeds(SAMPLES))).rejects.toThrow(AbortedError);
    await evaluation.stop();
  });
});

describe("openInference", () => {
  it("runs a fixed model file, answers in real units", async () => {
    const { y, best } = await evaluated(1, [SAMPLES.slice(0, 1)]);
    const inference = await openInference(made.get(1)!.quantized.bytes, host.backend);
    expect([inference.quantized, inference.inputs.map(({ name }) => name)]).toEqual([true, ["x"]]);
    const outputs = await inference.forward(feeds(SAMPLES.slice(0, 1)));
    expect([...(outputs.get("y")!.data as Float32Array)]).toEqual(y);
    expect(Array.from(outputs.get("best")!.data as BigInt64Array, Number)).toEqual(best);
    await inference.stop();
  });

  it("runs a float model file; constants that stand among its inputs are none", async () => {
    const content = graph({
      inputs: [value("x", [1]), value("k", [1])],
      outputs: [value("y", [1])],
      nodes: ["Add x k -> y"],
      constants: { k: tensor("float32", [1], Float32Array.of(2)) },
    });
    const inference = await openInference(writeModel(model(content)), host.backend);
    expect([inference.quantized, inference.inputs.map(({ name }) => name)]).toEqual([false, ["x"]]);
    const k = content.initializers.get("k")!;
    const outputs = await inference.forward(
      new Map([
        ["x", k],
        ["k", k],
      ]),
    );
    expect([...(outputs.get("y")!.data as Float32Array)]).toEqual([4]);
    await inference.stop();
  });

  it("refuses what is no model, what the runtime can't load, and broken scales", async () => {
    const opening = (bytes: Uint8Array) => openInference(bytes, host.backend);
    await expect(opening(new Uint8Array())).rejects.toThrow(ModelError);
    const unknown = graph({ inputs: [value("x", [1])], outputs: [value("y")], nodes: ["NoSuchOp x -> y"] });
    await expect(opening(writeModel(model(unknown)))).rejects.toThrow(/can't load the model: .*NoSuchOp/);
    const fixed = await readModel(made.get(1)!.quantized.bytes);
    fixed.metadata.set(SCALES_KEY, "{broken");
    await expect(opening(writeModel(fixed))).rejects.toThrow(/"knight.scales" of the model is not JSON/);
  });
});

describe("a fixed model", () => {
  it("is not quantized again", async () => {
    const again = prepare(made.get(1)!.quantized.bytes, OPTIONS, host);
    await expect(again).rejects.toThrow(UnsupportedError);
    await expect(again).rejects.toThrow(/already a fixed-point model.*-r infer/);
  });
});
