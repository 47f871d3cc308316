import { describe, expect, it } from "vitest";
import type { Attribute, Model } from "../../../core-ts/graph/graph.ts";
import { tensor } from "../../../core-ts/tensor/tensor.ts";
import { node } from "../../support/build-model.ts";
import { attr, modelOf, type OneOp } from "../../support/one-op.ts";
import { H, layer, N, w, X } from "../../support/recurrent-layer.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

/**
 * The manual asks 20 dB at 8 bit and 45 dB at 16 bit of an LSTM. The int8 grids of x and of the hidden state are each 41 dB below a signal whose largest value is
 * four times its deviation; both come back with every step and go through gates, steeply where weights are large. At 16 bit tables of 2^10 steps over a cell
 * of ±16, or over all that weights allow where a function never ends (Softsign), are the limit.
 */
const BAR = { 8: 28, 16: 54 } as const;

const strings = (...names: string[]): Attribute => ({ kind: "strings", value: names });
const state = (directions = 1) => [directions, N, H];
const lengths = tensor("int32", [N], Int32Array.of(20, 7));
const reverse = { direction: attr.string("reverse") };

const CASES: Record<string, OneOp> = {
  LSTM: layer("LSTM"),
  "LSTM without bias": layer("LSTM", { bias: false }),
  "LSTM of small weights": layer("LSTM", { spread: 0.1 }),
  "LSTM of large weights": layer("LSTM", { spread: 1 }),
  "LSTM backwards": layer("LSTM", { attrs: reverse }),
  "LSTM both ways": layer("LSTM", { directions: 2 }),
  "LSTM with initial states": layer("LSTM", { more: [null, state(), state()] }),
  "LSTM both ways with constant initial states": layer("LSTM", {
    directions: 2,
    more: [null, w(state(2), 0.1), w(state(2), 0.5)],
  }),
  "LSTM of samples of several lengths, backwards": layer("LSTM", { attrs: reverse, more: [lengths] }),
  "LSTM of samples of several lengths, both ways": layer("LSTM", { directions: 2, more: [lengths] }),
  "LSTM with peepholes": layer("LSTM", { more: [null, null, null, w([1, 3 * H])] }),
  "LSTM with peepholes, both ways": layer("LSTM", { directions: 2, more: [null, null, null, w([2, 3 * H])] }),
  "LSTM of HardSigmoid and Softsign": layer("LSTM", {
    attrs: {
      activations: strings("HardSigmoid", "Softsign", "Tanh"),
      activation_alpha: { kind: "floats", value: [0.25] },
      activation_beta: { kind: "floats", value: [0.4] },
    },
  }),
  "LSTM with clip": layer("LSTM", { attrs: { clip: attr.float(0.5) } }),
  GRU: layer("GRU"),
  "GRU of small weights": layer("GRU", { spread: 0.1 }),
  "GRU, linear before reset": layer("GRU", { attrs: { linear_before_reset: attr.int(1) } }),
  "GRU, linear before reset, without bias": layer("GRU", {
    attrs: { linear_before_reset: attr.int(1) },
    bias: false,
  }),
  "GRU backwards": layer("GRU", { attrs: reverse }),
  "GRU both ways, with initial state": layer("GRU", { directions: 2, more: [null, state(2)] }),
  "GRU of samples of several lengths, both ways": layer("GRU", {
    directions: 2,
    attrs: { linear_before_reset: attr.int(1) },
    more: [lengths],
  }),
  RNN: layer("RNN", { spread: 0.2 }),
  "RNN both ways, of samples of several lengths, with initial state": layer("RNN", {
    directions: 2,
    spread: 0.2,
    more: [lengths, state(2)],
  }),
  "RNN of Relu": layer("RNN", { attrs: { activations: strings("Relu") }, spread: 0.15 }),
  "RNN of Sigmoid": layer("RNN", { attrs: { activations: strings("Sigmoid") }, spread: 0.2 }),
};

/** x of normal numbers; states as a layer makes them. */
function batchesOf({ graph }: Model) {
  return Array.from(
    { length: 8 },
    () =>
      new Map(
        graph.inputs.map(({ name, type }) => [
          name,
          w([...(type!.dims as number[])], name === "x0" ? 1 : 0.1),
        ]),
      ),
  );
}

describe.each([8, 16] as const)("recurrent ops at %i bit", (bits) => {
  it.each(Object.keys(CASES))("%s", { timeout: 60000 }, async (name) => {
    const made = modelOf(CASES[name]!);
    const run = await wholeWay(made, { options: { bits }, batches: batchesOf(made) });
    expect(run.prepared.floatLayers).toEqual([]);
    expect(run.quantized.warnings).toEqual([]);
    const sqnrDb = made.graph.outputs.map((output) => outputSqnr(run, output.name));
    expect(Math.min(...sqnrDb), sqnrDb.join()).toBeGreaterThan(BAR[bits]);
  });

  it("unsigned activations in front, on a chip that has them", async () => {
    const [, ...weights] = layer("LSTM").inputs;
    const one = modelOf({ ...layer("LSTM"), inputs: [X, ...weights] });
    one.graph.nodes.unshift(node("Relu x0 -> positive"));
    one.graph.nodes[1]!.inputs[0] = "positive";
    const run = await wholeWay(one, { options: { bits, chip: "generic" } });
    expect(run.prepared.floatLayers).toEqual([]);
    expect(outputSqnr(run, "y0")).toBeGreaterThan(BAR[bits]);
  });
});
