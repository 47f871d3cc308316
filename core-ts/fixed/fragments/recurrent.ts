/** What RNN, GRU and LSTM have in common (docs/fixed-ops.md, Recurrent ops). D directions, T steps, N samples, G rows of gates, H hidden. */
import { attr } from "../../graph/attributes.ts";
import type { Graph } from "../../graph/graph.ts";
import { BodyBuilder } from "../body-builder.ts";
import { type Bytes, combine, type Product, signedBytes, splitBytes } from "./bytes.ts";
import { factor, firstShift, saturated32, twoToThe } from "./requantize.ts";
import { concat, shapeFrom } from "./shapes.ts";
import { interpolated, rotated } from "./tables.ts";
import { unsignedOf } from "./unsigned.ts";

/** Attributes of all recurrent ops, by width of x. */
export const RECURRENT_ATTRIBUTES = {
  8: ["reversed", "frac_bits", "x_offset", "qmin", "qmax"],
  16: ["reversed", "frac_bits", "x_offset", "qmin", "qmax", "q1", "recurrent_q1"],
} as const;

export type Width = keyof typeof RECURRENT_ATTRIBUTES;

const product =
  (b: BodyBuilder): Product =>
  (x, w) =>
    b.op("MatMulInteger", [x.bytes, w.bytes, x.zeroPoint, w.zeroPoint]);

/** [D, ...] as [D, 1, ...]: parameters broadcast over samples. */
export const overSamples = (b: BodyBuilder, values: string): string => b.op("Unsqueeze", [values, b.i64s(1)]);

/** Σ x·w of all steps at once, [D, T·N, G] in float64: x shifted to uint8 (both signs then are products of two uint8), or its bytes. */
function inputSums(b: BodyBuilder, width: Width): string {
  const rows = concat(b, [b.i64s(1, -1), shapeFrom(b, "x", 2)]);
  const flat = (x: Bytes): Bytes => ({ ...x, bytes: b.op("Reshape", [x.bytes, rows]) });
  if (width === 16) {
    const x = splitBytes(b, "x", "x_offset");
    const parts = { x: { high: flat(x.high), low: flat(x.low) }, w: signedBytes(b, "w") };
    return saturated32(b, combine(b, { ...parts, product: product(b) }));
  }
  const zeroPoint = b.attributeAs("x_offset", "uint8");
  const bytes = b.op("BitwiseXor", [b.cast("x", "uint8"), zeroPoint]);
  return b.cast(product(b)(flat({ bytes, zeroPoint }), unsignedOf(b, "w")), "float64");
}

/** int64 [D·N]: how many steps of each direction and sample run backwards; 1 turns nothing round. */
function turned(b: BodyBuilder): string {
  const lengths = b.op("Sub", [b.op("Unsqueeze", [b.cast("lengths", "int64"), b.i64s(0)]), b.i64(1)]);
  const reversed = b.op("Unsqueeze", [b.attributes("reversed"), b.i64s(1)]);
  const counts = b.op("Add", [b.op("Mul", [reversed, lengths]), b.i64(1)]);
  return b.op("Reshape", [counts, b.i64s(-1)]);
}

/** [T, D, N, ...] with the steps of reversed directions in the opposite order, as far as each sample's length goes. */
export function inOrderOfSteps(b: BodyBuilder, values: string): string {
  const series = b.op("Reshape", [
    values,
    concat(b, [shapeFrom(b, values, 0, 1), b.i64s(-1), shapeFrom(b, values, 3)]),
  ]);
  const attrs = { time_axis: attr.int(0), batch_axis: attr.int(1) };
  return b.op("Reshape", [b.op("ReverseSequence", [series, turned(b)], attrs), b.op("Shape", [values])]);
}

/** (Σ x·w · m + bias + 2^(q-1))·2^-q, [T, D, N, G] in order of steps; exact multiples of 2^-q, what Floor takes once the state's part is added. */
export function inputParts(b: BodyBuilder, width: Width): string {
  const k = overSamples(b, factor(b, "multiplier", "shift"));
  const offset = b.op("Add", [overSamples(b, factor(b, "bias", "shift")), b.f64(0.5)]);
  const sums = b.op("Add", [b.op("Mul", [inputSums(b, width), k]), offset]);
  const shape = concat(b, [shapeFrom(b, "w", 0, 1), shapeFrom(b, "x", 0, 2), b.i64s(-1)]);
  const steps = b.op("Transpose", [b.op("Reshape", [sums, shape])], { perm: attr.ints([1, 0, 2, 3]) });
  return inOrderOfSteps(b, steps);
}

/** [T, 1, N, 1]: whether the step belongs to the sample. */
function live(b: BodyBuilder): string {
  const steps = b.op("Range", [b.i64(0), b.op("Squeeze", [shapeFrom(b, "x", 0, 1)]), b.i64(1)]);
  const lengths = b.op("Reshape", [b.cast("lengths", "int64"), b.i64s(1, -1, 1)]);
  return b.op("Less", [b.op("Reshape", [steps, b.i64s(-1, 1, 1, 1)]), lengths]);
}

/** Σ h·r of one step, float64; `h` holds int8 or int16 as float64, `weights` is [D, H, G]. */
export function recurrentSums(
  b: BodyBuilder,
  width: Width,
  weights: string,
): (s: BodyBuilder, h: string) => string {
  if (width === 8) return (s, h) => s.cast(s.op("MatMulInteger", [s.cast(h, "int8"), weights]), "float64");
  const unit = firstShift(b, "recurrent_q1");
  const w = signedBytes(b, weights);
  return (s, h) =>
    saturated32(s, combine(s, { x: signedBytes(s, s.cast(h, "int16")), w, product: product(s), unit }));
}

/** m[i]·2^-q of the inputs NAME_multiplier and NAME_shift, each a scalar; there are one or two. */
export function factors(b: BodyBuilder, name: string): [string, string] {
  const all = factor(b, `${name}_multiplier`, `${name}_shift`);
  const at = (i: number) => b.op("Gather", [all, b.i64(i)]);
  return [at(0), at(-1)];
}

/** clamp(floor(real)) to int16, as float64. */
export function int16Of(s: BodyBuilder, real: string): string {
  return s.op("Clip", [s.op("Floor", [real]), s.f64(-32768), s.f64(32767)]);
}

/** floor(value·k + 1/2). */
export function scaled(s: BodyBuilder, value: string, k: string): string {
  return s.op("Floor", [s.op("Add", [s.op("Mul", [value, k]), s.f64(0.5)])]);
}

/** How a step looks up a 16-bit table (2^L + 1 entries at `table`): `x` and the result are integers as float64. */
export function lookup16(b: BodyBuilder, table: string): (s: BodyBuilder, x: string) => string {
  const full = interpolated(b, table, twoToThe(b, b.attribute("frac_bits")));
  const entries = rotated(b, full, b.i64s(32768));
  return (s, x) => s.op("Gather", [entries, s.cast(x, "int32")]);
}

/** clamp to the hidden state's bounds. */
export function bounded(b: BodyBuilder): (s: BodyBuilder, value: string) => string {
  const bounds = [b.attributeAs("qmin", "float64"), b.attributeAs("qmax", "float64")];
  return (s, value) => s.op("Clip", [value, ...bounds]);
}

interface Steps {
  /** Initial states, float64 [D, N, H]. */
  readonly states: readonly string[];
  /** float64 [T, D, N, ...] in order of steps. */
  readonly inputs: readonly string[];
  /** From states and inputs of a step to the new states and the step's result. */
  step(
    s: BodyBuilder,
    states: readonly string[],
    inputs: readonly string[],
  ): { states: string[]; result: string };
}

/** The recurrence as a Scan: steps behind a sample's end keep the states and give 0. Answers final states, and results in the order of x. */
export function recurrence(
  b: BodyBuilder,
  { states, inputs, step }: Steps,
): { states: string[]; results: string } {
  const s = new BodyBuilder("step_");
  const names = (kind: string, count: number) => Array.from({ length: count }, (_, i) => `step_${kind}_${i}`);
  const [before, values] = [names("state", states.length), names("input", inputs.length)];
  const made = step(s, before, values);
  const kept = made.states.map((state, i) => s.op("Where", ["step_live", state, before[i]!]));
  const result = s.op("Where", ["step_live", made.result, s.f64(0)]);
  const value = (name: string, dtype: "float64" | "bool" = "float64") => ({
    name,
    type: { dtype, dims: null },
  });
  const body: Graph = {
    name: "step",
    inputs: [...[...before, ...values].map((name) => value(name)), value("step_live", "bool")],
    outputs: [...kept, result].map((name) => value(name)),
    nodes: s.nodes,
    initializers: new Map(),
    types: new Map(),
  };
  const attrs = {
    body: { kind: "graph", value: body },
    num_scan_inputs: attr.int(inputs.length + 1),
  } as const;
  const outputs = [...states.map((_, i) => `state_${i}`), "results"];
  const all = b.many("Scan", [...states, ...inputs, live(b)], outputs, attrs);
  return { states: all.slice(0, -1), results: inOrderOfSteps(b, all.at(-1)!) };
}
