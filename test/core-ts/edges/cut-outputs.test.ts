import { describe, expect, it } from "vitest";
import { cutOutputs } from "../../../core-ts/edges/cut-outputs.ts";
import { int64Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { graph, model, node, value } from "../../support/build-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const ONE = tensor("float32", [], Float32Array.of(1));

/** x → Relu "first" → h → Split → a, b; z → Add b + z → sum → Tanh → y; and a constant nobody reads after some cuts. */
function network() {
  const relu = node("Relu x -> h");
  relu.name = "first";
  const split = node("Split h split -> a b", { axis: { kind: "int", value: 1 } });
  split.name = "halves";
  return graph({
    inputs: [value("x", ["N", 4]), value("z", ["N", 2])],
    outputs: [value("y", ["N", 2])],
    nodes: [relu, split, "Add b z -> sum", "Add sum one -> more", "Tanh more -> y"],
    constants: { split: int64Tensor([2, 2]), one: ONE },
  });
}

describe("cutOutputs", () => {
  it("makes the named values the outputs, in the order given, each once", () => {
    const cut = network();
    expect(cutOutputs(cut, ["sum", "h", "sum"])).toEqual([]);
    expect(cut.outputs.map(({ name }) => name)).toEqual(["sum", "h"]);
    expect(cut.nodes.map(({ op }) => op)).toEqual(["Relu", "Split", "Add"]);
    expect([...cut.initializers.keys()]).toEqual(["split"]);
  });

  it("takes a node's name for all its outputs", () => {
    const cut = network();
    cutOutputs(cut, ["halves"]);
    expect(cut.outputs.map(({ name }) => name)).toEqual(["a", "b"]);
  });

  it("takes a name for a value first, where a value and another node have it", () => {
    const cut = network();
    cut.nodes[0]!.name = "sum";
    cutOutputs(cut, ["sum"]);
    expect(cut.outputs.map(({ name }) => name)).toEqual(["sum"]);
  });

  it("takes away inputs that nothing needs any more, and says so", () => {
    const cut = network();
    expect(cutOutputs(cut, ["h"])).toEqual([
      '-on/--output-name: input "z" removed, none of the outputs needs it',
    ]);
    expect(cut.inputs.map(({ name }) => name)).toEqual(["x"]);
  });

  it("keeps an input that nothing read before either", () => {
    const cut = network();
    cut.inputs.push(value("spare", [1]));
    cutOutputs(cut, ["y"]);
    expect(cut.inputs.map(({ name }) => name)).toEqual(["x", "z", "spare"]);
  });

  it.each([
    ["halvs", /names "halvs", and the model has no node and no value of that name; did you mean "halves"\?/],
    ["somewhere/else", /its outputs are "y"/],
    ["x", /names "x", which is an input of the model; name a node/],
    ["one", /names "one", which is a constant of the model/],
    ["", /names "", and the model has no node/],
  ])("refuses %j", (name, message) => {
    expect(() => cutOutputs(network(), [name])).toThrow(message);
  });

  it("refuses outputs that depend on no input", () => {
    const constant = graph({
      inputs: [value("x", [1])],
      outputs: [value("y", [1])],
      nodes: ["Neg one -> minus", "Add x minus -> y"],
      constants: { one: ONE },
    });
    expect(() => cutOutputs(constant, ["minus"])).toThrow(/leaves no input.*does not depend on the data/);
  });
});

describe("a cut model on the whole way", () => {
  it("is quantized with the outputs named, whose shapes the run tells", async () => {
    const found = await wholeWay(model(network()), { options: { outputNames: ["sum", "first"] }, rows: 3 });
    expect(found.prepared.outputs).toMatchObject([
      { name: "sum", dims: [null, 2] },
      { name: "h", dims: [null, 4] },
    ]);
    expect(found.prepared.inputs.map(({ name }) => name)).toEqual(["x", "z"]);
    for (const name of ["sum", "h"]) expect(outputSqnr(found, name)).toBeGreaterThan(35);
  });
});
