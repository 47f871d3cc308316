import { describe, expect, it } from "vitest";
import type { Feeds } from "../../../core-ts/backend.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { floats } from "../../support/optimized.ts";
import { buildModel } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const N = 32;
const model = buildModel({
  inputs: { x: [1, 8, N] },
  constants: { g: floats([N], new Array<number>(N).fill(1)), k: floats([1], [0.5]) },
  nodes: [
    ["y", "LayerNormalization", "x g"],
    ["z", "Mul", "y k"],
  ],
  outputs: "z y",
});

/** Normal rows, and one element in all of them far outside. */
function spiked(seed: number): Feeds {
  const x = normals([1, 8, N], random(seed)).data.slice();
  if (seed === 1) x[5] = 2000;
  return new Map([["x", tensor("float32", [1, 8, N], x as Float32Array)]]);
}

const run = (options: { bits: 8 | 16; layerThreshold?: number }) =>
  wholeWay(model, { options, batches: [1, 2, 3, 4].map(spiked) });

const thresholds = async (options: { bits: 8 | 16; layerThreshold?: number }) => {
  const { scales } = (await run(options)).quantized;
  return ["x_quantized", "y_quantized", "z"].map((name) => scales.get(name)!.threshold);
};

describe.each([8, 16] as const)("-lt at %i bit", (bits) => {
  it("bounds the range at input and output of LayerNormalization, and nowhere else", async () => {
    const [x, y, z] = await thresholds({ bits });
    const [boundX, boundY, boundZ] = await thresholds({ bits, layerThreshold: 3 });
    expect(x).toBeGreaterThan(900);
    expect(y).toBeGreaterThan(3);
    expect(boundX).toBeCloseTo(3, 5);
    expect(boundY).toBeCloseTo(3, 5);
    expect(boundZ).toBe(z);
  });

  it("changes nothing where ranges are smaller", async () => {
    expect(await thresholds({ bits, layerThreshold: 1e6 })).toEqual(await thresholds({ bits }));
  });
});

it("brings back what one value far outside took from an 8-bit scale", async () => {
  const normal = [2, 3, 4].map((seed) => seed - 1);
  const of = async (options: { bits: 8; layerThreshold?: number }) => {
    const { float, fixed } = await run(options);
    return outputSqnr({ float: normal.map((i) => float[i]!), fixed: normal.map((i) => fixed[i]!) }, "y");
  };
  expect(await of({ bits: 8 })).toBeLessThan(5);
  // 41 dB each for a grid of 4 sigma at input and output.
  expect(await of({ bits: 8, layerThreshold: 4 })).toBeGreaterThan(25);
});

it("says so where there is nothing to bound", async () => {
  const plain = buildModel({ inputs: { x: [1, 4] }, nodes: [["y", "Relu", "x"]], outputs: "y" });
  const { prepared } = await wholeWay(plain, { options: { layerThreshold: 2 } });
  expect(prepared.notes.join()).toContain("no LayerNormalization of this model becomes integer");
});
