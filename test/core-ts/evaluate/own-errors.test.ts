import { beforeAll, describe, expect, it } from "vitest";
import type { Feeds } from "../../../core-ts/backend.ts";
import type { LayersAlone } from "../../../core-ts/evaluate/own-errors.ts";
import type { Graph } from "../../../core-ts/graph/graph.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  prepare,
  type QuantizedModel,
  type QuantOptions,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../../../core-ts/pipeline.ts";
import { withScales } from "../../../core-ts/quantize/scale-table.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { Random } from "../../reference/random.ts";
import { graph, model, value } from "../../support/build-model.ts";
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
const [INPUTS, HIDDEN, OUTPUTS, SAMPLES] = [16, 24, 8, 40];

const random = new Random(9);
const numbers = (count: number) => Float32Array.from({ length: count }, () => random.next() * 2 - 1);
const [W1, W2] = [numbers(INPUTS * HIDDEN), numbers((HIDDEN / 2) * OUTPUTS)];
const X = numbers(SAMPLES * INPUTS);

/** x → Gemm → Relu → Reshape → Gemm → y */
function net(): Graph {
  return graph({
    inputs: [value("x", [SAMPLES, INPUTS])],
    outputs: [value("y", [2 * SAMPLES, OUTPUTS])],
    nodes: ["Gemm x w1 -> g", "Relu g -> h", "Reshape h shape -> r", "Gemm r w2 -> y"],
    constants: {
      w1: tensor("float32", [INPUTS, HIDDEN], W1),
      w2: tensor("float32", [HIDDEN / 2, OUTPUTS], W2),
      shape: tensor("int64", [2], BigInt64Array.of(BigInt(2 * SAMPLES), BigInt(HIDDEN / 2))),
    },
  });
}

const feeds: Feeds = new Map([["x", tensor("float32", [SAMPLES, INPUTS], X)]]);
let host: PipelineHost;

/** The layers by themselves; `broken` multiplies scales of the calibration. */
async function alone(
  ir: "fixed" | "qdq",
  broken: Readonly<Record<string, number>> = {},
): Promise<{ found: LayersAlone; quantized: QuantizedModel }> {
  const prepared = await prepare(writeModel(model(net())), { ...OPTIONS, ir }, host);
  const calibration = await startCalibration(prepared, host);
  await calibration.forward(feeds);
  const ranges = calibration.ranges();
  await calibration.stop();
  const first = quantizeModel(prepared, ranges, host).quantized.meaning.values;
  const table = new Map(
    ["x", "h", "y"].map((name) => {
      const scale = first.get(name)!.scale * (broken[name] ?? 1);
      return [name, { scale, bits: 8 as const, threshold: 0 }];
    }),
  );
  const scaled =
    Object.keys(broken).length > 0 ? { ...prepared, plan: withScales(prepared.plan, table) } : prepared;
  const quantized = quantizeModel(scaled, ranges, host);
  const evaluation = await startEvaluation(scaled, quantized, host, { comparedRuns: 1, ownRuns: 1 });
  await evaluation.forward(feeds);
  await evaluation.stop();
  return { found: evaluation.alone(), quantized };
}

const round = (x: number, scale: number, low = -128) =>
  scale * Math.min(Math.max(Math.round(x / scale), low), 127);

/** Noise against signal of one product, in dB: both sides read rounded numbers, one has rounded weights and a rounded result. */
function twin(
  x: Float32Array,
  w: Float32Array,
  [k, n]: readonly [number, number],
  scales: [number, number],
  relu: boolean,
) {
  const largest = Array.from({ length: n }, (_, c) =>
    Math.max(...Array.from({ length: k }, (_, r) => Math.abs(w[r * n + c]!))),
  );
  let [signal, noise] = [0, 0];
  for (let i = 0; i < x.length / k; i++)
    for (let c = 0; c < n; c++) {
      let [exact, rough] = [0, 0];
      for (let r = 0; r < k; r++) {
        const read = round(x[i * k + r]!, scales[0]);
        exact += read * w[r * n + c]!;
        rough += read * round(w[r * n + c]!, largest[c]! / 127);
      }
      if (relu) [exact, rough] = [Math.max(exact, 0), Math.max(rough, 0)];
      signal += exact ** 2;
      noise += (round(rough, scales[1]) - exact) ** 2;
    }
  return 10 * Math.log10(signal / noise);
}

beforeAll(async () => {
  host = await testHost();
});

describe("what layers do by themselves", () => {
  it.each(["fixed", "qdq"] as const)("is the rounding of weights and result, %s", async (ir) => {
    const { found, quantized } = await alone(ir);
    const scale = (name: string) => quantized.quantized.meaning.values.get(name)!.scale;
    const own = (name: string) => found.sums.get(name)!.sqnrDb(host.kernels);
    // The tool rounds weights by their products, not one by one, and has multipliers of 15 bits: a dB of room.
    expect(Math.abs(own("h") - twin(X, W1, [INPUTS, HIDDEN], [scale("x"), scale("h")], true))).toBeLessThan(
      1,
    );
    const input =
      X.reduce((sum, v) => sum + v * v, 0) / X.reduce((sum, v) => sum + (round(v, scale("x")) - v) ** 2, 0);
    expect(own("x")).toBeCloseTo(10 * Math.log10(input), 2);
  });

  it("is nothing where integers are only moved", async () => {
    const { found } = await alone("fixed");
    expect(found.sums.get("r")!.sqnrDb(host.kernels)).toBe(Number.POSITIVE_INFINITY);
  });

  it("shows a broken scale at the layer that has it, and at no other", async () => {
    const sound = (await alone("fixed")).found;
    const broken = (await alone("fixed", { h: 100 })).found;
    const change = (name: string) =>
      broken.sums.get(name)!.sqnrDb(host.kernels) - sound.sums.get(name)!.sqnrDb(host.kernels);
    expect(change("h")).toBeLessThan(-20);
    expect(change("x")).toBe(0);
    // It reads other numbers now: all zero, or one step.
    expect(change("y")).toBeGreaterThan(-6);
  });

  it("comes with statistics where scales were given, and with what lies beyond a grid", async () => {
    const { found } = await alone("fixed", { y: 0.5 });
    expect([...found.stats.keys()].sort()).toEqual(["h", "x", "y"]);
    expect(found.stats.get("x")).toMatchObject({ count: X.length, max: Math.max(...X), min: Math.min(...X) });
    expect(found.reach.get("y")!.beyond).toBeGreaterThan(0);
    expect(found.reach.get("h")!.beyond).toBe(0);
  });
});
