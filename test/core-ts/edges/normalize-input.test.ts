import { describe, expect, it } from "vitest";
import { normalizationOf, normalizeInput } from "../../../core-ts/edges/normalize-input.ts";
import type { Model, Node } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { type Tensor, tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const MEAN = [123.675, 116.28, 103.53];
const STD = [58.395, 57.12, 57.375];
const DIMS = [1, 3, 8, 8];

/** A padded Conv: behind the normalisation its padding is 0, which is no number of the raw data. */
function padded(): Model {
  const conv: Node = {
    ...node("Conv x w -> h"),
    attrs: new Map([["pads", { kind: "ints", value: [1, 1, 1, 1] }]]),
  };
  return model(
    graph({
      inputs: [value("x", ["N", 3, 8, 8]), value("z", ["N", 4, 8, 8])],
      outputs: [value("y", ["N", 4, 8, 8])],
      nodes: [conv, "Add h z -> y"],
      constants: { w: normals([4, 3, 3, 3], random(5), 0.2) },
    }),
  );
}

function pixels(seed: number): Tensor {
  const next = random(seed);
  return tensor(
    "float32",
    DIMS,
    Float32Array.from({ length: 192 }, () => Math.floor(next() * 256)),
  );
}

const z = normals([1, 4, 8, 8], random(2));
const raw = [1, 2, 3].map(
  (seed) =>
    new Map([
      ["x", pixels(seed)],
      ["z", z],
    ]),
);

/** The same pictures normalised outside of the model, in float64. */
const outside = raw.map((feeds) => {
  const data = toNumbers(feeds.get("x")!).map(
    (v, i) => (v - MEAN[Math.floor(i / 64)]!) / STD[Math.floor(i / 64)]!,
  );
  return new Map([
    ["x", tensor("float32", DIMS, Float32Array.from(data))],
    ["z", z],
  ]);
});

describe("normalizationOf", () => {
  it.each([
    [[1], undefined, /--mean is given without --std/],
    [undefined, [1], /--std is given without --mean/],
    [[0], [0], /--std holds 0, by which nothing can be divided/],
    [[0], [-1], /--std holds -1/],
    [[0], [Number.NaN], /--std holds NaN/],
    [[Number.POSITIVE_INFINITY], [1], /--mean holds Infinity/],
  ])("refuses mean %j with std %j", (mean, std, message) => {
    expect(() => normalizationOf(mean, std)).toThrow(message);
  });

  it("is nothing without either", () => {
    expect(normalizationOf(undefined, undefined)).toBeUndefined();
  });
});

describe("normalizeInput", () => {
  const on =
    (dims: (number | string)[], mean = [1], std = [2]) =>
    () =>
      normalizeInput(graph({ inputs: [value("x", dims)], outputs: [value("y")], nodes: ["Relu x -> y"] }), {
        mean,
        std,
      });

  it.each([
    [on(["N", 3, 4, 4], [1, 2]), /--mean has 2 values, input "x" has 3 channels; give one value, or 3/],
    [on(["N", 3, 4, 4], [1], [1, 2, 3, 4]), /--std has 4 values/],
    [on(["N"]), /need an input whose axis 1 is the channels; input "x" has shape \[N\]/],
    [on([1, "C"]), /input "x" has shape \[1, C\]/],
  ])("refuses what does not fit the input", (normalize, message) => {
    expect(normalize).toThrow(message);
  });

  it("keeps names unique", () => {
    const taken = graph({
      inputs: [value("x", [1, 2])],
      outputs: [value("y"), value("x_normalized")],
      nodes: ["Relu x -> x_normalized", "Relu x_normalized -> y"],
    });
    normalizeInput(taken, { mean: [1], std: [2] });
    expect(taken.nodes.map(({ inputs, outputs }) => [inputs[0], outputs[0]])).toEqual([
      ["x", "x_normalized_2"],
      ["x_normalized_2", "x_normalized"],
      ["x_normalized", "y"],
    ]);
  });
});

describe("a model with --mean and --std", () => {
  it("gives for raw data what the model gives for normalised data, padding included", async () => {
    const inside = await wholeWay(padded(), { options: { mean: MEAN, std: STD }, batches: raw });
    const before = await wholeWay(padded(), { batches: outside });
    for (const [i, answers] of inside.float.entries()) {
      const expected = toNumbers(before.float[i]!.get("y")!);
      // Another order of float32 operations: some 1e-6 of numbers around 1.
      for (const [k, v] of toNumbers(answers.get("y")!).entries()) expect(v).toBeCloseTo(expected[k]!, 4);
    }
    expect(outputSqnr(inside, "y")).toBeGreaterThan(36);
  });

  it("holds the normalisation in one integer op, which with -qid takes the data as they are", async () => {
    const { quantized, ...found } = await wholeWay(padded(), {
      options: { mean: MEAN, std: STD, inputTypes: ["uint8", "None"] },
      batches: raw,
    });
    const { nodes, inputs } = (await readModel(quantized.bytes)).graph;
    expect(inputs.map(({ type }) => type!.dtype)).toEqual(["uint8", "float32"]);
    expect(nodes.filter(({ inputs: [first] }) => first === "x").map(({ op }) => op)).toEqual(["ScaleShift"]);
    expect(outputSqnr({ ...found }, "y")).toBeGreaterThan(36);
  });

  it("takes one value for all channels", async () => {
    const one = await wholeWay(padded(), { options: { mean: [100], std: [50] }, batches: raw });
    const each = await wholeWay(padded(), {
      options: { mean: [100, 100, 100], std: [50, 50, 50] },
      batches: raw,
    });
    expect(one.quantized.bytes).toEqual(each.quantized.bytes);
  });

  it.each([[[1, 3]], [[1, 3, 5]], [[1, 3, 2, 2, 2]]])("works on an input of shape %j", async (dims) => {
    const content = model(
      graph({ inputs: [value("x", dims)], outputs: [value("y")], nodes: ["LeakyRelu x -> y"] }),
    );
    const next = random(4);
    const size = dims.reduce((product, dim) => product * dim, 1);
    const data = () => Float32Array.from({ length: size }, () => Math.floor(next() * 256));
    const batches = [1, 2, 3].map(() => new Map([["x", tensor("float32", dims, data())]]));
    const options = { mean: MEAN, std: STD, inputTypes: ["uint8"] } as const;
    expect(outputSqnr(await wholeWay(content, { options, batches }), "y")).toBeGreaterThan(33);
  });

  it("at 16 bit is as exact as the model alone", async () => {
    const options = { mean: MEAN, std: STD, inputTypes: ["uint8", "None"], bits: 16 } as const;
    expect(outputSqnr(await wholeWay(padded(), { options, batches: raw }), "y")).toBeGreaterThan(75);
  });
});
