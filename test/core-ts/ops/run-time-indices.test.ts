import { describe, expect, it } from "vitest";
import { attr } from "../../../core-ts/graph/attributes.ts";
import type { QuantOptions } from "../../../core-ts/pipeline.ts";
import { elementCount, tensor } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const next = random(11);
const w = (...dims: number[]) => normals(dims, next, 0.3);
const i64 = (dims: number[], values: number[]) => tensor("int64", dims, BigInt64Array.from(values, BigInt));
const toInt64 = { to: attr.int(7) };

/** Roundings of the table, the weights and the output. */
const COMPUTED = { 8: 30, 16: 66 } as const;

/** Whole numbers below `size`, which a Cast in the model makes indices. */
function indexBatches(dims: readonly number[], size: number) {
  const draw = random(5);
  const batch = () =>
    tensor(
      "float32",
      dims,
      Float32Array.from({ length: elementCount(dims) }, () => Math.floor(draw() * size)),
    );
  return Array.from({ length: 4 }, () => new Map([["i", batch()]]));
}

const EMBEDDING: ModelText = {
  inputs: { i: [1, 7] },
  constants: { table: w(20, 12), v: w(12, 5) },
  nodes: [
    ["n", "Cast", "i", toInt64],
    ["e", "Gather", "table n"],
    ["y", "MatMul", "e v"],
  ],
  outputs: "y",
};

describe.each([8, 16] as const)("at %i bit, by run-time indices", (bits) => {
  const run = (text: ModelText, dims: readonly number[], size: number, more: Partial<QuantOptions> = {}) =>
    wholeWay(buildModel(text), { options: { bits, ...more }, batches: indexBatches(dims, size) });

  it.each(["fixed", "qdq"] as const)(
    "a constant table becomes integers of one scale: embedding, %s form",
    async (ir) => {
      const found = await run(EMBEDDING, [1, 7], 20, { ir });
      expect(found.prepared.floatLayers.map((layer) => layer.op)).toEqual(["Cast"]);
      expect(outputSqnr(found, "y")).toBeGreaterThan(COMPUTED[bits]);
    },
  );

  it("rows that calibration has not seen are as exact as the others", async () => {
    const batches = indexBatches([1, 7], 4);
    const found = await wholeWay(buildModel(EMBEDDING), { options: { bits }, batches });
    const largest = Math.max(...Array.from(EMBEDDING.constants!.table!.data as Float32Array, Math.abs));
    const { scale } = found.quantized.scales.get("e")!;
    expect(scale * (bits === 8 ? 127 : 32767)).toBeCloseTo(largest, 5);
  });

  it("a table that goes straight to the output stays float: nothing is won", async () => {
    const text = { ...EMBEDDING, nodes: EMBEDDING.nodes.slice(0, 2), outputs: "e" };
    const found = await run(text, [1, 7], 20);
    expect(found.prepared.floatLayers.map((layer) => layer.reason)).toContain(
      "it only moves values between float ops",
    );
    expect(outputSqnr(found, "e")).toBe(Number.POSITIVE_INFINITY);
  });

  it("OneHot", async () => {
    const text: ModelText = {
      inputs: { i: [2, 7] },
      constants: { depth: i64([], [20]), values: tensor("float32", [2], Float32Array.of(0, 1)), v: w(20, 5) },
      nodes: [
        ["n", "Cast", "i", toInt64],
        ["e", "OneHot", "n depth values"],
        ["y", "MatMul", "e v"],
      ],
      outputs: "y",
    };
    const found = await run(text, [2, 7], 20);
    expect(found.prepared.floatLayers.map((layer) => layer.op)).toEqual(["Cast"]);
    expect(outputSqnr(found, "y")).toBeGreaterThan(COMPUTED[bits]);
  });
});
