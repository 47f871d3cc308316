import { describe, expect, it } from "vitest";
import {
  floatFeeds,
  type IntegerInput,
  integerFeeds,
  integerInputs,
} from "../../../core-ts/edges/input-types.ts";
import type { Model, Node } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, type Run, wholeWay } from "../../support/whole-way.ts";

const DIMS = [1, 3, 6, 6];
const weight = (...dims: number[]) => normals(dims, random(3), 0.2);
const PADS: Node["attrs"] = new Map([["pads", { kind: "ints", value: [1, 1, 1, 1] }]]);
const conv = (line: string): Node => ({ ...node(line), attrs: PADS });

const single = (): Model =>
  model(
    graph({
      inputs: [value("x", DIMS)],
      outputs: [value("y", [1, 4, 6, 6])],
      nodes: [conv("Conv x w -> y")],
      constants: { w: weight(4, 3, 3, 3) },
    }),
  );

const LIMITS = { int8: [-128, 127], uint8: [0, 255], int16: [-3000, 3000] } as const;

/** Whole numbers of the type, in float32, both limits among them. */
function integers(type: IntegerInput, seed: number): Tensor {
  const [low, high] = LIMITS[type];
  const next = random(seed);
  const data = Float32Array.from({ length: 108 }, (_, i) =>
    i === 0 ? low : i === 1 ? high : Math.floor(low + next() * (high - low + 1)),
  );
  return tensor("float32", DIMS, data);
}

const typed = ({ dims, data }: Tensor, type: IntegerInput): Tensor =>
  ({
    dtype: type,
    dims,
    data: { int8: Int8Array, uint8: Uint8Array, int16: Int16Array }[type].from(data as Float32Array),
  }) as Tensor;

function run(type: IntegerInput, options: Run["options"]): Run {
  return {
    options: { inputTypes: [type], ...options },
    batches: [1, 2, 3].map((seed) => new Map([["x", typed(integers(type, seed), type)]])),
  };
}

describe("integerInputs", () => {
  const inputs = ["a", "b", "c"].map((name) => value(name, [1]));

  it("gives one type to all, or each its own; float32 and None leave an input", () => {
    expect([...integerInputs(inputs, ["int8"])]).toEqual([
      ["a", "int8"],
      ["b", "int8"],
      ["c", "int8"],
    ]);
    expect([...integerInputs(inputs, ["None", "uint8", "float32"])]).toEqual([["b", "uint8"]]);
    expect(integerInputs(inputs, []).size).toBe(0);
  });

  it("refuses another count, naming the inputs", () => {
    expect(() => integerInputs(inputs, ["int8", "int8"])).toThrow(
      /has 2 values, the model has 3 inputs \("a", "b", "c"\)/,
    );
  });
});

describe("data of integer inputs", () => {
  const types = new Map([["x", "uint8"]] as const);
  const feed = (t: Tensor) => new Map([["x", t]]);

  it("may be of any small integer type, or float32 that holds whole numbers", () => {
    for (const t of [
      tensor("float32", [2], Float32Array.of(0, 255)),
      tensor("int16", [2], Int16Array.of(0, 255)),
      tensor("uint8", [2], Uint8Array.of(0, 255)),
    ]) {
      expect(integerFeeds(feed(t), types).get("x")).toEqual(tensor("uint8", [2], Uint8Array.of(0, 255)));
      expect(floatFeeds(feed(t), types).get("x")).toEqual(tensor("float32", [2], Float32Array.of(0, 255)));
    }
  });

  it.each([
    [
      tensor("float32", [2], Float32Array.of(3, 300)),
      /holds 300 at element 1; with -qid uint8 .* from 0 to 255/,
    ],
    [tensor("float32", [2], Float32Array.of(0.5, 1)), /holds 0.5 at element 0/],
    [tensor("float32", [1], Float32Array.of(Number.NaN)), /holds NaN at element 0/],
    [tensor("int8", [1], Int8Array.of(-1)), /holds -1 at element 0/],
    [
      tensor("int64", [1], BigInt64Array.of(1n)),
      /is int64; with -qid uint8 feed uint8, int8, int16, or float32/,
    ],
  ])("that do not fit are refused", (t, message) => {
    expect(() => integerFeeds(feed(t), types)).toThrow(message);
    expect(() => floatFeeds(feed(t), types)).toThrow(message);
  });
});

describe("a model quantized with -qid", () => {
  it.each([
    // Measured 39.6 to 42 dB where the integers reach the Conv as they are at 8 bit: weights and output are rounded, the input is not.
    ["int8", 8, "TX5368AV200", 38],
    ["uint8", 8, "TX5368AV200", 36],
    ["uint8", 8, "generic", 38],
    ["int8", 16, "TX5368AV200", 75],
    ["uint8", 16, "generic", 75],
    ["int16", 16, "TX5368AV200", 75],
  ] as const)("%s at %i bit on %s takes that type and answers within %i dB", async (type, bits, chip, db) => {
    const found = await wholeWay(single(), run(type, { bits, chip }));
    expect(found.prepared.inputs[0]).toEqual({ name: "x", dtype: type, dims: DIMS, takesIntegers: true });
    const written = await readModel(found.quantized.bytes);
    expect(written.graph.inputs[0]!.type).toEqual({ dtype: type, dims: DIMS });
    expect(written.graph.nodes.some(({ op }) => op === "QuantizeLinear")).toBe(false);
    expect(found.quantized.scales.get("x")!.scale).toBe(1);
    expect(outputSqnr(found, "y")).toBeGreaterThan(db);
  });

  it("feeds the Conv with the integers themselves where it can take them", async () => {
    for (const [type, chip] of [
      ["int8", "TX5368AV200"],
      ["uint8", "generic"],
    ] as const) {
      const { quantized } = await wholeWay(single(), run(type, { chip }));
      const { nodes } = (await readModel(quantized.bytes)).graph;
      expect(nodes.map(({ op }) => op)).toEqual(["ShortConv8", "Cast"]);
      expect(nodes[0]!.inputs[0]).toBe("x");
    }
  });

  it("brings uint8 to int8 on a chip without unsigned arithmetic, and widens exactly at 16 bit", async () => {
    const narrow = await wholeWay(single(), run("uint8", {}));
    expect((await readModel(narrow.quantized.bytes)).graph.nodes.map(({ op }) => op)).toEqual([
      "Requantize",
      "ShortConv8",
      "Cast",
    ]);
    expect(narrow.quantized.scales.get("x_quantized")!.threshold).toBeCloseTo(255, 3);
    const wide = await wholeWay(single(), run("uint8", { bits: 16 }));
    expect(wide.quantized.scales.get("x_quantized")).toEqual({ scale: 1, bits: 16, threshold: 32767 });
  });

  it("refuses int16 in front of an 8-bit node, naming it", async () => {
    await expect(wholeWay(single(), run("int16", {}))).rejects.toThrow(
      /can't make input "x" int16: Conv node "y" reads it and is 8 bit/,
    );
  });

  it("gives the same integers whether fed as integers or as floats", async () => {
    const asIntegers = await wholeWay(single(), run("uint8", {}));
    const floats = [1, 2, 3].map((seed) => new Map([["x", integers("uint8", seed)]]));
    const asFloats = await wholeWay(single(), { options: { inputTypes: ["uint8"] }, batches: floats });
    expect(asFloats.quantized.bytes).toEqual(asIntegers.quantized.bytes);
    expect(asFloats.fixed).toEqual(asIntegers.fixed);
  });

  it("casts for float ops and compares layers with the float model", async () => {
    const content = model(
      graph({
        inputs: [value("x", DIMS), value("z", DIMS)],
        outputs: [value("y", [1, 3, 6, 6]), value("far", DIMS)],
        nodes: [conv("Conv x w -> y"), "Hardmax x -> near", "Add near z -> far"],
        constants: { w: weight(3, 3, 3, 3) },
      }),
    );
    const z = normals(DIMS, random(9));
    const batches = [1, 2].map(
      (seed) =>
        new Map([
          ["x", typed(integers("int8", seed), "int8")],
          ["z", z],
        ]),
    );
    const found = await wholeWay(content, { options: { inputTypes: ["int8", "None"] }, batches });
    expect(found.prepared.floatLayers.map(({ op }) => op)).toEqual(["Hardmax"]);
    expect(found.layers[0]!.sqnrDb).toBeGreaterThan(35);
    expect(outputSqnr(found, "far")).toBeGreaterThan(35);
  });

  it("refuses an input that a subgraph reads under its name", async () => {
    const branch = () => ({ ...graph({ nodes: ["Neg x -> inner"], outputs: [value("inner", DIMS)] }) });
    const content = model(
      graph({
        inputs: [value("x", DIMS), value("switch", [1])],
        outputs: [value("y", DIMS)],
        nodes: [
          node("Cast switch -> on", { to: { kind: "int", value: 9 } }),
          node("If on -> y", {
            then_branch: { kind: "graph", value: branch() },
            else_branch: { kind: "graph", value: branch() },
          }),
        ],
      }),
    );
    await expect(wholeWay(content, { options: { inputTypes: ["uint8", "None"] } })).rejects.toThrow(
      /can't make input "x" uint8: a subgraph of If node "y" reads it/,
    );
  });
});
