/** Outputs that share a node, are inputs or constants, and values without elements. */
import { describe, expect, it } from "vitest";
import type { Graph, Node } from "../../../core-ts/graph/graph.ts";
import { readModel } from "../../../core-ts/onnx/read.ts";
import { int64Tensor, type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { normals, random } from "../../support/numbers.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const DIMS = ["N", 4, 3, 3];
const conv = normals([4, 4, 1, 1], random(1), 0.5);
const axis: Node["attrs"] = new Map([["axis", { kind: "int", value: 1 }]]);
const along = (line: string): Node => ({ ...node(line), attrs: axis });

function network(nodes: (string | Node)[], outputs: string, constants: Record<string, Tensor> = {}): Graph {
  return graph({
    inputs: [value("x", DIMS)],
    outputs: outputs.split(" ").map((name) => value(name)),
    nodes,
    constants: { conv, parts: int64Tensor([1, 3]), ...constants },
  });
}

describe("outputs that share a node", () => {
  it.each([
    ["two outputs of one node", ["Conv x conv -> h", along("Split h parts -> a b")], "a b"],
    [
      "outputs of a node and what it was made from",
      ["Conv x conv -> h", along("Split h parts -> a b")],
      "b h a",
    ],
    ["one value under three names", ["Conv x conv -> h", "Identity h -> a", "Identity h -> b"], "a h b"],
    ["a value before and after its Relu", ["Conv x conv -> h", "Relu h -> a"], "h a"],
    ["a value in the middle of a chain", ["Conv x conv -> h", "Sigmoid h -> s", "Conv s conv -> y"], "h y"],
    ["a value that a float op reads too", ["Conv x conv -> h", "Round h -> r", "Tanh h -> t"], "h t"],
  ] as const)("%s", async (_, nodes, outputs) => {
    const content = model(network([...nodes], outputs));
    for (const outputDequant of [false, true]) {
      const found = await wholeWay(content, { options: { outputDequant, irBatch: 2 }, rows: 3 });
      const written = await readModel(found.quantized.bytes);
      expect(written.graph.outputs.map(({ name }) => name)).toEqual(outputs.split(" "));
      for (const name of outputs.split(" ")) expect(outputSqnr(found, name)).toBeGreaterThan(30);
    }
  });
});

describe("an input that feeds an output", () => {
  it.each([
    ["directly, beside others", ["Conv x conv -> h"], "x h", "x"],
    ["through an Identity", ["Conv x conv -> h", "Identity x -> y"], "y h", "y"],
    ["through a Flatten, with nothing to quantize at all", ["Flatten x -> y"], "y", "y"],
    ["directly, with no node at all", [], "x", "x"],
  ])("%s passes through unchanged", async (_, nodes, outputs, same) => {
    const found = await wholeWay(model(network(nodes, outputs)), { options: { irBatch: 2 }, rows: 3 });
    expect(outputSqnr(found, same)).toBe(Number.POSITIVE_INFINITY);
    if (outputs.includes("h")) expect(outputSqnr(found, "h")).toBeGreaterThan(30);
  });

  it("passes through as integers with -qid", async () => {
    const picture = tensor(
      "uint8",
      [1, 4, 3, 3],
      Uint8Array.from({ length: 36 }, (_, i) => 7 * i),
    );
    const run = { options: { inputTypes: ["uint8"] }, batches: [new Map([["x", picture]])] } as const;
    const found = await wholeWay(model(network(["Conv x conv -> h"], "x h")), run);
    expect(found.fixed[0]!.get("x")).toEqual(picture);
    expect(outputSqnr(found, "h")).toBeGreaterThan(30);
  });
});

describe("an initializer that is an output", () => {
  it.each([
    ["and a weight", "conv"],
    ["and nothing else", "spare"],
  ])("%s keeps its numbers", async (_, output) => {
    const content = network(["Conv x conv -> h"], `h ${output}`, { spare: normals([2, 3], random(4)) });
    const found = await wholeWay(model(content), { rows: 3 });
    expect(found.fixed[0]!.get(output)).toEqual(content.initializers.get(output));
    expect(outputSqnr(found, "h")).toBeGreaterThan(30);
  });
});

const none = (...dims: number[]) => tensor("float32", dims, new Float32Array(0));
const EMPTY_SLICE = {
  from: int64Tensor([0, 0]),
  to: int64Tensor([1, 0]),
  matrix: normals([4, 4], random(3)),
};

/** y = x·M on [1, 4]; and "empty" = y[0:1, 0:0], which has no elements. */
function emptied(nodes: (string | Node)[], outputs: string): Graph {
  return graph({
    inputs: [value("x", [1, 4])],
    outputs: outputs.split(" ").map((name) => value(name)),
    nodes: ["MatMul x matrix -> y", "Slice y from to -> empty", ...nodes],
    constants: EMPTY_SLICE,
  });
}

describe("tensors without elements", () => {
  it("as unused initializers are dropped", async () => {
    const content = network(["Conv x conv -> h"], "h", { spare: normals([9], random(4)), empty: none(0, 3) });
    const found = await wholeWay(model(content), { rows: 3 });
    const { initializers } = (await readModel(found.quantized.bytes)).graph;
    expect([...initializers.keys()].filter((name) => name === "spare" || name === "empty")).toEqual([]);
    expect(outputSqnr(found, "h")).toBeGreaterThan(30);
  });

  it.each([
    ["a constant in a Concat", [along("Concat y hole -> z")], "z"],
    ["an activation in a Concat", [along("Concat y empty -> z")], "z"],
    ["an activation behind an op with a scale of its own", ["Sigmoid empty -> z"], "y z"],
    ["an activation that is an output", [], "empty y"],
    ["an activation into a MatMul", ["Transpose empty -> t", "MatMul t y -> z"], "z"],
  ])("as %s", async (_, nodes, outputs) => {
    const content = emptied(nodes, outputs);
    content.initializers.set("hole", none(1, 0));
    for (const bits of [8, 16] as const) {
      const found = await wholeWay(model(content), { options: { bits } });
      for (const name of outputs.split(" ")) expect(outputSqnr(found, name)).toBeGreaterThan(30);
    }
  });

  it("as an input of the model", async () => {
    const content = emptied([along("Concat y z -> joined")], "joined");
    content.inputs.push(value("z", [1, 0]));
    const found = await wholeWay(model(content));
    expect(outputSqnr(found, "joined")).toBeGreaterThan(30);
  });

  it("as a batch of data are refused", async () => {
    const content = model(network(["Conv x conv -> h"], "h"));
    const batches = [new Map([["x", none(0, 4, 3, 3)]])];
    await expect(wholeWay(content, { batches })).rejects.toThrow(/the batch is empty/);
  });
});
