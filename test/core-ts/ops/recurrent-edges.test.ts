import { describe, expect, it } from "vitest";
import type { Attribute, Model } from "../../../core-ts/graph/graph.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { node, value } from "../../support/build-model.ts";
import { attr, modelOf, type OneOp, quantizeOne } from "../../support/one-op.ts";
import { H, layer, N, w, X } from "../../support/recurrent-layer.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

/** At 8 bit, as recurrent.test.ts says why. */
const BAR = 28;
const strings = (...names: string[]): Attribute => ({ kind: "strings", value: names });
const state = (directions = 1) => [directions, N, H];

/** A layer of which only some outputs are read. */
function reading(spec: OneOp, outputs: readonly number[]): Model {
  const made = modelOf(spec);
  made.graph.nodes[0]!.outputs = made.graph.nodes[0]!.outputs.map((name, i) =>
    outputs.includes(i) ? name : "",
  );
  made.graph.outputs = made.graph.outputs.filter((_, i) => outputs.includes(i));
  return made;
}

describe("edges of recurrent layers", () => {
  it.each([[[0]], [[1]], [[2]], [[1, 2]], [[0, 2]]])("only outputs %j", async (outputs) => {
    const run = await wholeWay(reading(layer("LSTM"), outputs), { options: { bits: 8 } });
    expect(run.prepared.floatLayers).toEqual([]);
    for (const i of outputs) expect(outputSqnr(run, `y${i}`)).toBeGreaterThan(BAR);
  });

  it("lengths computed at run time", async () => {
    const one = modelOf({ ...layer("LSTM", { directions: 2 }), outputs: 3 });
    one.graph.inputs.push(value("counts", [N]));
    one.graph.nodes.unshift(node("Cast counts -> lengths", { to: attr.int(6) }));
    one.graph.nodes[1]!.inputs[4] = "lengths";
    const batches = [3, 20, 11].map(
      (count) =>
        new Map([
          ["x0", w(X, 1)],
          ["counts", tensor("float32", [N], Float32Array.of(20, count))],
        ]),
    );
    const run = await wholeWay(one, { options: { bits: 8 }, batches });
    expect(run.prepared.floatLayers.map(({ op }) => op)).toEqual(["Cast"]);
    for (const name of ["y0", "y1", "y2"]) expect(outputSqnr(run, name)).toBeGreaterThan(BAR);
  });

  it("layers upon each other, states from one to the other", async () => {
    const [first, second] = [layer("LSTM"), layer("LSTM", { more: [null, state(), state()] })];
    const below = modelOf(first);
    const above = modelOf(second).graph;
    const renamed = (name: string) => (name === "" ? "" : `above_${name}`);
    for (const [name, t] of above.initializers) below.graph.initializers.set(renamed(name), t);
    below.graph.initializers.set("above_x1", w([1, 4 * H, H]));
    below.graph.initializers.set("axis", tensor("int64", [1], BigInt64Array.of(1n)));
    const inputs = ["series", "above_x1", "above_x2", "above_x3", "", "y1", "y2"];
    below.graph.nodes.push(node("Squeeze y0 axis -> series"), {
      ...above.nodes[0]!,
      name: "above",
      inputs,
      outputs: ["z0", "z1", "z2"],
    });
    below.graph.outputs = ["z0", "z1", "z2"].map((name) => value(name));
    const run = await wholeWay(below, { options: { bits: 8 } });
    expect(run.prepared.floatLayers).toEqual([]);
    for (const name of ["z0", "z1", "z2"]) expect(outputSqnr(run, name)).toBeGreaterThan(28);
  });

  it("a counter keeps its count: a gate that is 1 loses nothing", async () => {
    const rows = 4 * 1;
    const [i, o, f, c] = [20, 20, 20, 0];
    const bias = tensor("float32", [1, 2 * rows], Float32Array.of(i, o, f, c, 0, 0, 0, 0));
    const spec: OneOp = {
      op: "LSTM",
      inputs: [
        [200, 1, 1],
        tensor("float32", [1, rows, 1], Float32Array.of(0, 0, 0, 0.1)),
        tensor("float32", [1, rows, 1], new Float32Array(rows)),
        bias,
      ],
      attrs: { hidden_size: attr.int(1) },
      outputs: 3,
    };
    const { sqnrDb } = await quantizeOne(spec, { bits: 16 });
    expect(sqnrDb[2]).toBeGreaterThan(40);
  });

  it("--ir qdq", async () => {
    const run = await wholeWay(modelOf(layer("GRU", { directions: 2 })), { options: { bits: 8, ir: "qdq" } });
    expect(run.prepared.floatLayers).toEqual([]);
    expect(outputSqnr(run, "y0")).toBeGreaterThan(BAR);
  });
});

describe("initial states beyond what the layer makes", () => {
  it("are told of", async () => {
    const { warnings } = await quantizeOne(layer("RNN", { more: [null, state()], spread: 0.05 }), {
      bits: 8,
    });
    expect(warnings.join()).toMatch(/initial states reach [0-9.]+, what it makes of them at most [0-9.]+/);
  });
});

describe("what stays float, and why", () => {
  const reason = async (spec: OneOp | Model) => {
    const run = await wholeWay("graph" in spec ? spec : modelOf(spec), { options: { bits: 8 } });
    return run.prepared.floatLayers.map(({ reason: why }) => why).join();
  };

  it.each<[string, OneOp, RegExp]>([
    [
      "input_forget",
      layer("LSTM", { attrs: { input_forget: attr.int(1) } }),
      /couples input and forget gates/,
    ],
    [
      "an activation without a table",
      layer("RNN", { attrs: { activations: strings("ScaledTanh") } }),
      /its activation ScaledTanh has no table/,
    ],
    [
      "activations that differ",
      layer("RNN", { directions: 2, attrs: { activations: strings("Tanh", "Relu") } }),
      /its directions have different activations/,
    ],
  ])("%s", async (_, spec, expected) => {
    expect(await reason(spec)).toMatch(expected);
  });

  it("weights computed at run time", async () => {
    const one = modelOf(layer("RNN"));
    one.graph.nodes.unshift(node("Mul x1 factor -> weights"));
    one.graph.inputs.push(value("factor", [1]));
    one.graph.nodes[1]!.inputs[1] = "weights";
    expect(await reason(one)).toMatch(/its W \("weights"\) is computed at run time/);
  });
});
