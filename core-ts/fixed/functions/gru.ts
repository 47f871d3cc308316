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
import { factor, twoToThe } from "../fragments/requantize.ts";
import { shapeFrom } from "../fragments/shapes.ts";

const INPUTS = [
  ...["x", "w", "r", "bias", "multiplier", "recurrent_multiplier", "shift"],
  ...["gate_table", "hidden_table", "state_multiplier", "state_shift", "initial_h", "lengths"],
];

type InStep = (s: BodyBuilder, ...values: string[]) => string;

/** Pre-activation of the hidden gate from the input's part, the state and the reset gate, float64, before it is bounded. */
interface Form {
  /** What the recurrent weights give for z and r, and for the hidden gate. */
  gates(s: BodyBuilder, h: string): { zr: string; hidden: string };
  candidate: InStep;
}

/** A part of the gates' rows along the last axis of `value`. */
function rowsOf(b: BodyBuilder, value: string, part: "zr" | "h"): string {
  const hidden = shapeFrom(b, "r", 1, 2);
  const two = b.op("Mul", [hidden, b.i64(2)]);
  const ends = part === "zr" ? [b.i64s(0), two] : [two, b.op("Mul", [hidden, b.i64(3)])];
  return b.op("Slice", [value, ...ends, b.i64s(-1)]);
}

interface Numbers {
  readonly width: Width;
  /** 2^-q of the reset gate, and that of the reset gate times the state. */
  readonly gateUnit: string;
  readonly carried: string;
  readonly clamp: InStep;
}

/** linear_before_reset = 0: the state is reset, then multiplied by the recurrent weights. */
function resetFirst(b: BodyBuilder, { width, carried, clamp }: Numbers): Form {
  const parts = (["zr", "h"] as const).map((part) => ({
    sums: recurrentSums(b, width, rowsOf(b, "r", part)),
    k: overSamples(b, rowsOf(b, factor(b, "recurrent_multiplier", "shift"), part)),
  }));
  const product = (s: BodyBuilder, h: string, i: number) => s.op("Mul", [parts[i]!.sums(s, h), parts[i]!.k]);
  return {
    gates: (s, h) => ({ zr: product(s, h, 0), hidden: "" }),
    candidate(s, x, reset, state) {
      const h = clamp(s, scaled(s, s.op("Mul", [reset!, state!]), carried));
      return s.op("Add", [x!, product(s, h, 1)]);
    },
  };
}

/** linear_before_reset = 1: the recurrent part, with a bias of its own, is computed first, and its result reset. */
function resetLast(b: BodyBuilder, { width, gateUnit }: Numbers): Form {
  const sums = recurrentSums(b, width, "r");
  const k = overSamples(b, factor(b, "recurrent_multiplier", "shift"));
  const bias = overSamples(b, rowsOf(b, factor(b, "recurrent_bias", "shift"), "h"));
  const sizes = [b.op("Mul", [shapeFrom(b, "r", 1, 2), b.i64(2)]), shapeFrom(b, "r", 1, 2)];
  const split = b.op("Concat", sizes, { axis: attr.int(0) });
  return {
    gates(s, h) {
      const all = s.op("Mul", [sums(s, h), k]);
      const [zr, rest] = s.many("Split", [all, split], ["zr", "rest"], { axis: attr.int(-1) });
      const hidden = s.op("Floor", [s.op("Add", [s.op("Add", [rest!, bias]), s.f64(0.5)])]);
      return { zr: zr!, hidden };
    },
    candidate: (s, x, reset, _state, hidden) =>
      s.op("Add", [s.op("Floor", [x!]), scaled(s, s.op("Mul", [reset!, hidden!]), gateUnit)]),
  };
}

/** docs/fixed-ops.md, Gru: gates in ONNX's order z, r, h. The state is carried at 16 bit; `h` is what the layer's width sees of it. */
function body(b: BodyBuilder, width: Width, linear: boolean): string[] {
  const [gate, hidden] = ["gate_table", "hidden_table"].map((table) => lookup16(b, table));
  const [keep, take] = factors(b, "state");
  const one = twoToThe(b, b.attribute("gate_bits"));
  const gateUnit = b.op("Div", [b.f64(1), one]);
  const carry = b.f64(width === 8 ? 1 / 256 : 1);
  const carried = b.op("Mul", [gateUnit, carry]);
  const clamp = bounded(b);
  const form = (linear ? resetLast : resetFirst)(b, { width, gateUnit, carried, clamp });
  const visible: InStep = (s, state) => (width === 8 ? clamp(s, scaled(s, state!, carry)) : state!);
  const parts = (["zr", "h"] as const).map((part) => rowsOf(b, inputParts(b, width), part));
  const { states, results } = recurrence(b, {
    states: [b.cast("initial_h", "float64")],
    inputs: parts,
    step(s, [state], [x, xHidden]) {
      const products = form.gates(s, visible(s, state!));
      const pre = int16Of(s, s.op("Add", [x!, products.zr]));
      const [z, r] = s.many("Split", [gate!(s, pre)], ["z", "r"], {
        axis: attr.int(2),
        num_outputs: attr.int(2),
      });
      const sum = form.candidate(s, xHidden!, r!, state!, products.hidden);
      const candidate = hidden!(s, int16Of(s, sum));
      const kept = s.op("Mul", [s.op("Mul", [z!, state!]), keep]);
      const taken = s.op("Mul", [s.op("Mul", [s.op("Sub", [one, z!]), candidate]), take]);
      const next = int16Of(s, s.op("Add", [s.op("Add", [kept, taken]), s.f64(0.5)]));
      return { states: [next], result: visible(s, next) };
    },
  });
  const dtype = width === 8 ? "int8" : "int16";
  return [b.cast(results, dtype), b.cast(visible(b, states[0]!), dtype)];
}

function gru(width: Width, linear: boolean): FunctionDef {
  return defineFunction({
    name: `Gru${linear ? "Linear" : ""}${width}`,
    inputs: linear ? [...INPUTS, "recurrent_bias"] : INPUTS,
    outputs: ["y", "y_h"],
    attributes: [...RECURRENT_ATTRIBUTES[width], "gate_bits"],
    body: (b) => body(b, width, linear),
  });
}

export const gru8 = (): FunctionDef => gru(8, false);
export const gru16 = (): FunctionDef => gru(16, false);
export const gruLinear8 = (): FunctionDef => gru(8, true);
export const gruLinear16 = (): FunctionDef => gru(16, true);
