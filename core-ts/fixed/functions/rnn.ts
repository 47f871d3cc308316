import type { FunctionDef } from "../../graph/graph.ts";
import { type BodyBuilder, defineFunction } from "../body-builder.ts";
import {
  bounded,
  factors,
  inputParts,
  int16Of,
  lookup16,
  overSamples,
  RECURRENT_ATTRIBUTES,
  recurrence,
  recurrentSums,
  scaled,
  type Width,
} from "../fragments/recurrent.ts";
import { factor } from "../fragments/requantize.ts";

const INPUTS = [
  ...["x", "w", "r", "bias", "multiplier", "recurrent_multiplier", "shift"],
  ...["table", "output_multiplier", "output_shift", "initial_h", "lengths"],
];

/** docs/fixed-ops.md, Rnn. */
function body(b: BodyBuilder, width: Width): string[] {
  const sums = recurrentSums(b, width, "r");
  const k = overSamples(b, factor(b, "recurrent_multiplier", "shift"));
  const activation = lookup16(b, "table");
  const [kOutput] = factors(b, "output");
  const clamp = bounded(b);
  const { states, results } = recurrence(b, {
    states: [b.cast("initial_h", "float64")],
    inputs: [inputParts(b, width)],
    step(s, [h], [x]) {
      const pre = int16Of(s, s.op("Add", [x!, s.op("Mul", [sums(s, h!), k])]));
      const next = clamp(s, scaled(s, activation(s, pre), kOutput));
      return { states: [next], result: next };
    },
  });
  const dtype = width === 8 ? "int8" : "int16";
  return [b.cast(results, dtype), b.cast(states[0]!, dtype)];
}

const rnn = (width: Width): FunctionDef =>
  defineFunction({
    name: `Rnn${width}`,
    inputs: INPUTS,
    outputs: ["y", "y_h"],
    attributes: RECURRENT_ATTRIBUTES[width],
    body: (b) => body(b, width),
  });

export const rnn8 = (): FunctionDef => rnn(8);
export const rnn16 = (): FunctionDef => rnn(16);
