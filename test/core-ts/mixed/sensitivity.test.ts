import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import { quantizedNodes, sources } from "../../../core-ts/mixed/index.ts";
import { PerturbedModel } from "../../../core-ts/mixed/perturbed.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { quantizeModel } from "../../../core-ts/pipeline.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { measured, SAMPLES } from "./measured.ts";
import { NET } from "./net.ts";

describe("sensitivities", () => {
  it("cover the input and the quantized nodes in order, and come out the same again", async () => {
    const [one, other] = [await measured(), await measured()];
    expect(one.found.map(({ node, value }) => node ?? value)).toEqual([
      "x",
      ...quantizedNodes(one.prepared.plan).map(({ node }) => node.name),
    ]);
    expect(one.steps).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(other.found).toEqual(one.found);
    for (const { trace, error, omega } of one.found)
      expect(omega).toBe(trace * (error.output + error.weights));
  });

  it("estimate the trace of JᵀJ that all unit vectors give", async () => {
    const { prepared, found, on } = await measured();
    const { graph } = prepared.calibrationModel;
    for (const value of ["x", "c2", "s", "j"]) {
      const list = sources(prepared.plan, graph).filter((source) => source.value === value);
      const model = await PerturbedModel.open(prepared.calibrationModel, list, graph.outputs, on.backend);
      const [size, step] = [model.size(value), 1e-2];
      let trace = 0;
      for (const feeds of SAMPLES) {
        const [base] = await model.run(feeds);
        const energy = base!.reduce((sum, v) => sum + v * v, 0);
        for (let i = 0; i < size; i++) {
          const unit = new Float32Array(size);
          unit[i] = step;
          const [moved] = await model.run(feeds, { value }, unit);
          trace +=
            moved!.reduce((sum, v, k) => sum + (v - base![k]!) ** 2, 0) / energy / step ** 2 / SAMPLES.length;
        }
      }
      await model.close();
      const estimate = found.find((one) => one.value === value)!.trace * size;
      // Eight random directions instead of all: the estimate of five outputs scatters by a third.
      expect(estimate / trace, value).toBeGreaterThan(0.5);
      expect(estimate / trace, value).toBeLessThan(2);
    }
  });

  it("add up to what 8 bit costs the outputs", async () => {
    const { prepared, found, on, ranges } = await measured();
    const model = quantizeModel(prepared, ranges, on);
    const [float, fixed] = [
      await on.backend.createSession(writeModel(prepared.calibrationModel)),
      await on.backend.createSession(model.bytes),
    ];
    const { scale } = model.scales.get("y")!;
    let lost = 0;
    for (const feeds of SAMPLES) {
      const exact = toNumbers((await float.run(feeds)).get("y")!).slice();
      const integers = toNumbers((await fixed.run(feeds)).get("y")!);
      const noise = exact.reduce((sum, v, i) => sum + (v - integers[i]! * scale) ** 2, 0);
      lost += noise / exact.reduce((sum, v) => sum + v * v, 0) / SAMPLES.length;
    }
    const predicted = found.reduce((sum, { omega }) => sum + omega, 0);
    // Second order, uniform rounding errors, eight directions: to a factor of 2.
    expect(predicted / lost).toBeGreaterThan(0.5);
    expect(predicted / lost).toBeLessThan(2);
  });

  it("share a value's cost among its readers, also those behind ops that hand integers on", async () => {
    const { found } = await measured();
    const uses = (value: string) => found.find((one) => one.value === value)!.uses;
    expect(uses("r1").map(({ readers }) => readers)).toEqual([["node_c2"], ["node_s"]]);
    expect(uses("s").map(({ readers }) => readers)).toEqual([["node_j"]]);
    expect(uses("y").map(({ readers }) => readers)).toEqual([[undefined]]);
    for (const one of found) expect(one.uses.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it("look at what an index is taken from where the model has no float output", async () => {
    const text = {
      ...NET,
      nodes: [...NET.nodes, ["i", "ArgMax", "y", { axis: attr.int(1) }]],
      outputs: "i",
    } as const;
    const [float, index] = [await measured(), await measured(text)];
    expect(index.found.map(({ trace }) => trace)).toEqual(float.found.map(({ trace }) => trace));
  });

  it("take integers where -qid says so, which no mix rounds", async () => {
    const pixels = Array.from({ length: 8 }, (_, i) => {
      const data = Uint8Array.from(toNumbers(normals([192], random(i))), (v) => 128 + 40 * v);
      return new Map([["x", tensor("uint8", [1, 3, 8, 8], data)]]);
    });
    const { found } = await measured(NET, pixels, { inputTypes: ["uint8"] });
    expect(found.map(({ node }) => node)).not.toContain(undefined);
    expect(found.every(({ omega }) => omega > 0)).toBe(true);
  });
});
