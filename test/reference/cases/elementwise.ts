import { toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { type ActivationDType, make, RANGES } from "../integers.ts";
import type { Random } from "../random.ts";
import {
  activation,
  bounds,
  type CaseMaker,
  type CaseMakers,
  DTYPES,
  DTYPES8,
  DTYPES16,
  drawn,
  fed,
  offsetOf,
  requantizers,
  shape,
  shifts,
  stored,
  styleOf,
  tableBits,
} from "./draw.ts";
import { LARGEST } from "./linear.ts";

/** Two shapes that broadcast to one. */
export function broadcastPair(random: Random): [number[], number[]] {
  const full = shape(random, random.int(1, 4), 4);
  const partial = full.map((dim) => (random.chance(0.4) ? 1 : dim));
  const pair: [number[], number[]] = random.pick([
    [full, full],
    [full, partial],
    [partial, full],
    [full, full.slice(random.int(0, full.length))],
  ]);
  return pair;
}

const requantize: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const data = activation(random, x, { dims: shape(random, random.int(0, 4)), style: styleOf(random, i) });
  return {
    inputs: [fed(data), ...requantizers(random, { count: 1, magnitude: LARGEST[x], to })],
    attrs: bounds(random, to),
  };
};

const clip: CaseMaker = (random, i) => {
  const x = DTYPES[i % 4]!;
  return {
    inputs: [fed(activation(random, x, { dims: shape(random, 3), style: styleOf(random, i) }))],
    attrs: bounds(random, x),
  };
};

/** Operands of any two types; `multipliers` of them, or one for the product. */
function binary(multipliers: 1 | 2): CaseMaker {
  return (random, i) => {
    const [a, b, to] = [DTYPES[i % 4]!, random.pick(DTYPES), random.pick(DTYPES)];
    const [left, right] = broadcastPair(random);
    const magnitude = multipliers === 2 ? Math.max(LARGEST[a], LARGEST[b]) : LARGEST[a] * LARGEST[b];
    const [multiplier] = requantizers(random, { count: multipliers, magnitude, to });
    const largest = Math.max(...toNumbers(multiplier.tensor));
    const shift = shifts(random, { count: 1, size: (magnitude * largest) / 3, to });
    const style = styleOf(random, i);
    const data = [
      fed(activation(random, a, { dims: left, style })),
      fed(activation(random, b, { dims: right, style })),
    ];
    return { inputs: [...data, multiplier, shift], attrs: bounds(random, to) };
  };
}

const prelu: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const dims = shape(random, random.int(2, 4), 4);
  const slopes = random.pick([[1], [dims[1]!, ...dims.slice(2).map(() => 1)], dims.slice(1)]);
  const shift = shifts(random, { count: 1, size: LARGEST[x] * 2 ** 14, to });
  const negative = drawn(random, {
    dtype: "int16",
    dims: slopes,
    range: [-32768, 32767],
    style: random.pick(["uniform", "mixed"]),
  });
  const positive = make("int16", [1], [random.pick([0, 1, 32767, random.int(0, 32767)])]);
  const data = activation(random, x, { dims, style: styleOf(random, i) });
  return { inputs: [fed(data), stored(positive), stored(negative), shift], attrs: bounds(random, to) };
};

const scaleShift: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const dims = shape(random, random.int(2, 4), 4);
  const channels = dims[1]!;
  const m = drawn(random, {
    dtype: "int16",
    dims: [channels],
    range: [-32768, 32767],
    style: random.pick(["uniform", "mixed"]),
  });
  const reach = random.pick([0, 2 ** 24, 2 ** 40]);
  const bias = make("int64", [channels], random.ints(channels, -reach, reach));
  const size = Math.max(LARGEST[x] * 2 ** 14, reach / 2);
  const shift = shifts(random, { count: random.pick([1, channels]), size, to });
  return {
    inputs: [fed(activation(random, x, { dims, style: styleOf(random, i) })), stored(m), stored(bias), shift],
    attrs: bounds(random, to),
  };
};

function table(random: Random, to: ActivationDType, length: number): ReturnType<typeof make> {
  return drawn(random, {
    dtype: to,
    dims: [length],
    range: RANGES[to],
    style: random.pick(["extremes", "uniform", "mixed"]),
  });
}

const lut8: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES8[i % 2]!, random.pick(DTYPES)];
  const data = activation(random, x, { dims: shape(random, random.int(0, 4)), style: styleOf(random, i) });
  return { inputs: [fed(data), stored(table(random, to, 256))], attrs: { x_offset: offsetOf(x) } };
};

const lut16: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES16[i % 2]!, random.pick(DTYPES)];
  const length = tableBits(random, i);
  const data = activation(random, x, { dims: shape(random, random.int(0, 4)), style: styleOf(random, i) });
  return {
    inputs: [fed(data), stored(table(random, to, 2 ** length + 1))],
    attrs: { x_offset: offsetOf(x), frac_bits: 16 - length },
  };
};

export const ELEMENTWISE_CASES: CaseMakers = {
  Add: binary(2),
  Clip: clip,
  Lut16: lut16,
  Lut8: lut8,
  Mul: binary(1),
  PRelu: prelu,
  Requantize: requantize,
  ScaleShift: scaleShift,
  Sub: binary(2),
};
