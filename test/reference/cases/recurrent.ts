import type { FixedCase } from "../fixed-case.ts";
import { type ActivationDType, type CaseAttributes, type CaseDType, make } from "../integers.ts";
import type { Random } from "../random.ts";
import {
  activation,
  type CaseMaker,
  type CaseMakers,
  DTYPES8,
  DTYPES16,
  drawn,
  fed,
  offsetOf,
  type Style,
  stored,
  styleOf,
  weight,
} from "./draw.ts";
import { firstShift, LARGEST } from "./linear.ts";

/** A table of 2^L + 1 entries that rises like a sigmoid or a tanh up to `one`, or of any numbers. */
function table(random: Random, l: number, lowest: number) {
  const [count, one] = [2 ** l + 1, 2 ** 14];
  const steep = random.pick([1, 4, 16]);
  const curve = (x: number) => Math.round(one * Math.max(lowest, Math.min(1, x * steep)));
  const values = random.chance(0.8)
    ? Array.from({ length: count }, (_, i) => curve((2 * i) / (count - 1) - 1))
    : random.ints(count, -32768, 32767);
  return stored(make("int16", [count], values));
}

interface Shape {
  readonly x: ActivationDType;
  readonly style: Style;
  readonly steps: number;
  readonly samples: number;
  readonly features: number;
  readonly directions: number;
  readonly hidden: number;
}

function shapeOf(random: Random, x: ActivationDType, i: number): Shape {
  return {
    ...{ x, style: styleOf(random, i), steps: random.int(1, 5), samples: random.int(1, 2) },
    ...{ features: random.int(1, 6), directions: random.pick([1, 1, 2]), hidden: random.int(1, 4) },
  };
}

/** Inputs x to shift: G rows of gates a unit; pre-activations of about int16's size. */
function linear(random: Random, s: Shape, gates: number) {
  const wide = LARGEST[s.x] > 255;
  const dtype = wide ? "int16" : "int8";
  const rows = gates * s.hidden;
  const weights = (terms: number) =>
    weight(random, dtype, { dims: [s.directions, terms, rows], style: styleOf(random, 9) });
  const perRow = (type: CaseDType, low: number, high: number) =>
    stored(make(type, [s.directions, rows], random.ints(s.directions * rows, low, high)));
  const largest = [s.features, s.hidden].map((terms) => terms * LARGEST[s.x] * (wide ? 32767 : 127));
  const q1 = largest.map((most) => (wide ? firstShift(random, most) : 0));
  const shift = wide ? random.int(27, 31) : random.int(14, 18);
  const reach = random.pick([0, 2 ** (shift + 14), wide ? 2 ** 50 : 2 ** 40]);
  const inputs = [
    fed(activation(random, s.x, { dims: [s.steps, s.samples, s.features], style: s.style })),
    ...[stored(weights(s.features)), stored(weights(s.hidden))],
    ...[perRow("int64", -reach, reach), perRow("int16", 0, 32767), perRow("int16", 0, 32767)],
    perRow("int8", shift - 2, Math.min(31, shift + 1)),
  ];
  const extra: CaseAttributes = wide ? { q1: q1[0]!, recurrent_q1: q1[1]! } : {};
  return { inputs, extra, bias: () => perRow("int64", -reach, reach) };
}

/** State, lengths and attributes. */
function edges(random: Random, s: Shape) {
  const own = LARGEST[s.x] > 255 ? "int16" : "int8";
  const state = (dtype: "int8" | "int16") =>
    fed(activation(random, dtype, { dims: [s.directions, s.samples, s.hidden], style: styleOf(random, 9) }));
  const full = random.chance(0.5);
  const counts = Array.from({ length: s.samples }, () => (full ? s.steps : random.int(0, s.steps)));
  const lengths = make("int32", [s.samples], counts);
  const reversed = s.directions === 2 ? [0, 1] : [random.int(0, 1)];
  const bounds = own === "int16" ? { qmin: -32768, qmax: 32767 } : { qmin: -128, qmax: 127 };
  return {
    own: () => state(own),
    wide: () => state("int16"),
    lengths: random.chance(0.5) ? fed(lengths) : stored(lengths),
    attrs: { reversed, x_offset: offsetOf(s.x), ...bounds },
  };
}

/** A multiplier (or two) and a shift. */
function scaling(random: Random, count: number, [low, high]: readonly [number, number]) {
  return [
    stored(make("int16", [count], random.ints(count, 8000, 32767))),
    stored(make("int8", [1], [random.int(low, high)])),
  ];
}

type Draft = Omit<FixedCase, "name" | "op">;

function lstm(dtypes: readonly ActivationDType[], hasPeepholes: boolean): CaseMaker {
  return (random, i): Draft => {
    const s = shapeOf(random, dtypes[i % 2]!, i);
    const [parts, at, l] = [linear(random, s, 4), edges(random, s), random.int(3, 6)];
    const wide = LARGEST[s.x] > 255;
    const dims = [s.directions, 3 * s.hidden];
    const peephole = stored(
      drawn(random, { dtype: "int16", dims, range: [-32767, 32767], style: styleOf(random, 9) }),
    );
    const inputs = [
      ...parts.inputs,
      ...[table(random, l, 0), table(random, l, -1), table(random, l, -1)],
      ...scaling(random, 2, [27, 31]),
      ...scaling(random, 1, wide ? [27, 29] : ([35, 37].map((q) => q - 6) as [number, number])),
      ...scaling(random, 1, [14, 16]),
      ...[at.own(), at.wide(), at.lengths, ...(hasPeepholes ? [peephole] : [])],
    ];
    const attrs = { ...at.attrs, ...parts.extra, frac_bits: 16 - l };
    return { inputs, attrs, output: i % 3 };
  };
}

function gru(dtypes: readonly ActivationDType[], isLinear: boolean): CaseMaker {
  return (random, i): Draft => {
    const s = shapeOf(random, dtypes[i % 2]!, i);
    const [parts, at, l] = [linear(random, s, 3), edges(random, s), random.int(3, 6)];
    const inputs = [
      ...parts.inputs,
      ...[table(random, l, 0), table(random, l, -1)],
      ...scaling(random, 2, [27, 31]),
      ...[at.wide(), at.lengths, ...(isLinear ? [parts.bias()] : [])],
    ];
    const attrs = {
      ...at.attrs,
      ...parts.extra,
      frac_bits: 16 - l,
      gate_bits: random.pick([14, 14, 13, 12]),
    };
    return { inputs, attrs, output: i % 2 };
  };
}

function rnn(dtypes: readonly ActivationDType[]): CaseMaker {
  return (random, i): Draft => {
    const s = shapeOf(random, dtypes[i % 2]!, i);
    const [parts, at, l] = [linear(random, s, 1), edges(random, s), random.int(3, 6)];
    const wide = LARGEST[s.x] > 255;
    const inputs = [
      ...parts.inputs,
      table(random, l, -1),
      ...scaling(random, 1, wide ? [13, 15] : [21, 23]),
      ...[at.own(), at.lengths],
    ];
    return { inputs, attrs: { ...at.attrs, ...parts.extra, frac_bits: 16 - l }, output: i % 2 };
  };
}

export const RECURRENT_CASES: CaseMakers = {
  Gru16: gru(DTYPES16, false),
  Gru8: gru(DTYPES8, false),
  GruLinear16: gru(DTYPES16, true),
  GruLinear8: gru(DTYPES8, true),
  Lstm16: lstm(DTYPES16, false),
  Lstm8: lstm(DTYPES8, false),
  LstmPeephole16: lstm(DTYPES16, true),
  LstmPeephole8: lstm(DTYPES8, true),
  Rnn16: rnn(DTYPES16),
  Rnn8: rnn(DTYPES8),
};
