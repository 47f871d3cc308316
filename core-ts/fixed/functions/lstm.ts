import { attr } from "../../graph/attributes.ts";
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
import { shapeFrom } from "../fragments/shapes.ts";

const INPUTS = [
  ...["x", "w", "r", "bias", "multiplier", "recurrent_multiplier", "shift"],
  ...["gate_table", "cell_table", "output_table", "cell_multiplier", "cell_shift"],
  ...["output_multiplier", "output_shift", "last_multiplier", "last_shift"],
  ...["initial_h", "initial_c", "lengths"],
];

/** What the cell adds to the pre-activations of gates i, o and f, which have the first three quarters of `shift`; nothing without peepholes. */
function peepholes(b: BodyBuilder, has: boolean) {
  if (!has) return (_s: BodyBuilder, sum: string) => sum;
  const rows = b.op("Slice", ["shift", b.i64s(0), shapeFrom(b, "peephole", 1), b.i64s(1)]);
  const parts = b.many("Split", [overSamples(b, factor(b, "peephole", rows))], ["p_i", "p_o", "p_f"], {
    axis: attr.int(2),
    num_outputs: attr.int(3),
  });
  return (s: BodyBuilder, sum: string, c: string, gate: number) =>
    s.op("Add", [sum, s.op("Mul", [c, parts[gate]!])]);
}

/** docs/fixed-ops.md, Lstm: gates in ONNX's order i, o, f, c. */
function body(b: BodyBuilder, width: Width, hasPeepholes: boolean): string[] {
  const sums = recurrentSums(b, width, "r");
  const k = overSamples(b, factor(b, "recurrent_multiplier", "shift"));
  const [gate, cell, output] = ["gate_table", "cell_table", "output_table"].map((table) =>
    lookup16(b, table),
  );
  const [keep, take] = factors(b, "cell");
  const [[kOutput], [kLast]] = [factors(b, "output"), factors(b, "last")];
  const peep = peepholes(b, hasPeepholes);
  const clamp = bounded(b);
  const { states, results } = recurrence(b, {
    states: ["initial_h", "initial_c"].map((state) => b.cast(state, "float64")),
    inputs: [inputParts(b, width)],
    step(s, [h, c], [x]) {
      const all = s.op("Add", [x!, s.op("Mul", [sums(s, h!), k])]);
      const parts = s.many("Split", [all], ["i", "o", "f", "g"], {
        axis: attr.int(2),
        num_outputs: attr.int(4),
      });
      const at = (i: number, state: string) => gate!(s, int16Of(s, peep(s, parts[i]!, state, i)));
      const [input, forget] = [at(0, c!), at(2, c!)];
      const kept = s.op("Mul", [s.op("Mul", [forget, c!]), keep!]);
      const taken = s.op("Mul", [s.op("Mul", [input, cell!(s, int16Of(s, parts[3]!))]), take!]);
      const next = int16Of(s, s.op("Add", [s.op("Add", [kept, taken]), s.f64(0.5)]));
      const result = clamp(s, scaled(s, s.op("Mul", [at(1, next), output!(s, next)]), kOutput!));
      return { states: [result, next], result };
    },
  });
  const dtype = width === 8 ? "int8" : "int16";
  const last = b.op("Clip", [scaled(b, states[1]!, kLast!), b.f64(-32768), b.f64(32767)]);
  return [b.cast(results, dtype), b.cast(states[0]!, dtype), b.cast(last, "int16")];
}

function lstm(width: Width, hasPeepholes: boolean): FunctionDef {
  return defineFunction({
    name: `Lstm${hasPeepholes ? "Peephole" : ""}${width}`,
    inputs: hasPeepholes ? [...INPUTS, "peephole"] : INPUTS,
    outputs: ["y", "y_h", "y_c"],
    attributes: RECURRENT_ATTRIBUTES[width],
    body: (b) => body(b, width, hasPeepholes),
  });
}

export const lstm8 = (): FunctionDef => lstm(8, false);
export const lstm16 = (): FunctionDef => lstm(16, false);
export const lstmPeephole8 = (): FunctionDef => lstm(8, true);
export const lstmPeephole16 = (): FunctionDef => lstm(16, true);
