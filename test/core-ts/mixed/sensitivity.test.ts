import { describe, expect, it } from "vitest";
import { hawqMix, quantizedNodes, type Sensitivity, sensitivities } from "../../../core-ts/mixed/index.ts";
import { PerturbedModel } from "../../../core-ts/mixed/perturbed.ts";
import { tiedGroups } from "../../../core-ts/mixed/strategies.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { type PipelineHost, type Prepared, prepare, startCalibration } from "../../../core-ts/pipeline.ts";
import { nodeBackend } from "../../support/backends.ts";
import { loadKernels } from "../../support/kernels.ts";
import { normals, random } from "../../support/numbers.ts";
import { buildModel } from "../../support/text-model.ts";
import { NET } from "./net.ts";

const base = {
  chip: "TX5368AV200",
  bits: 8,
  mode: "min_max",
  percent: 1,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
} as const;
const SAMPLES = Array.from({ length: 4 }, (_, i) => new Map([["x", normals([1, 3, 8, 8], random(i + 1))]]));
const MODES = { low: "kl", high: "min_max" } as const;

async function measured(): Promise<{
  prepared: Prepared;
  found: Sensitivity[];
  host: PipelineHost;
  steps: number[];
}> {
  const host: PipelineHost = {
    backend: nodeBackend(),
    kernels: await loadKernels("simd"),
    log: () => undefined,
    toolVersion: "test",
  };
  const prepared = await prepare(writeModel(buildModel(NET)), base, host);
  const calibration = await startCalibration(prepared, host);
  for (const feeds of SAMPLES) await calibration.forward(feeds);
  const data = { ranges: calibration.ranges(), samples: SAMPLES };
  await calibration.stop();
  const steps: number[] = [];
  const found = await sensitivities(prepared, data, host, (done) => steps.push(done));
  return { prepared, found, host, steps };
}

describe("sensitivities", () => {
  it("cover the quantized nodes in order, and come out the same again", async () => {
    const [one, other] = [await measured(), await measured()];
    expect(one.found.map(({ node }) => node)).toEqual(
      quantizedNodes(one.prepared.plan).map(({ node }) => node.name),
    );
    expect(one.steps).toEqual([1, 2, 3, 4, 5, 6]);
    expect(other.found).toEqual(one.found);
    for (const { trace, error, omega } of one.found)
      expect(omega).toBe(trace * (error.output + error.weights));
  });

  it("estimate the trace of JᵀJ that all unit vectors give", async () => {
    const { prepared, found, host } = await measured();
    for (const value of ["c2", "s", "j"]) {
      const model = await PerturbedModel.open(prepared.calibrationModel, [value], host.backend);
      const [size, step] = [model.size(value), 1e-2];
      let trace = 0;
      for (const feeds of SAMPLES) {
        const [base] = await model.run(feeds);
        const energy = base!.reduce((sum, v) => sum + v * v, 0);
        for (let i = 0; i < size; i++) {
          const unit = new Float32Array(size);
          unit[i] = step;
          const [moved] = await model.run(feeds, value, unit);
          trace +=
            moved!.reduce((sum, v, k) => sum + (v - base![k]!) ** 2, 0) / energy / step ** 2 / SAMPLES.length;
        }
      }
      await model.close();
      const estimate = found.find(({ node }) => node === `node_${value}`)!.trace * size;
      // Eight random directions instead of all: the estimate of five outputs scatters by a third.
      expect(estimate / trace, value).toBeGreaterThan(0.5);
      expect(estimate / trace, value).toBeLessThan(2);
    }
  });
});

describe("hawqMix", () => {
  it("never passes the count, and keeps tied nodes at one width", async () => {
    const { prepared, found } = await measured();
    expect(tiedGroups(prepared.plan)).toEqual([
      ["node_c1", "node_c2"],
      ["node_s", "node_t"],
      ["node_j"],
      ["node_y"],
    ]);
    for (let count = 0; count <= 6; count++) {
      const mix = hawqMix(prepared.plan, found, count, MODES);
      const high = [...mix].filter(([, { bits }]) => bits === 16).map(([name]) => name);
      expect(high.length).toBeLessThanOrEqual(count);
      for (const group of tiedGroups(prepared.plan))
        expect(new Set(group.map((name) => mix.get(name)!.bits)).size).toBe(1);
    }
  });

  it("keeps a region whole where the outputs are sensitive to its first node only", async () => {
    const { prepared, found } = await measured();
    const flat = found.map((one) => ({
      ...one,
      trace: 1,
      error: { output: one.node === "node_s" ? 100 : 1, weights: 0 },
    }));
    const mix = hawqMix(prepared.plan, flat, 3, MODES);
    // node_s is read by node_j: its rounding is spared only if both are wide; node_t is tied to node_s.
    expect([...mix].filter(([, { bits }]) => bits === 16).map(([name]) => name)).toEqual([
      "node_s",
      "node_t",
      "node_j",
    ]);
  });
});
