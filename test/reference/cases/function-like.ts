import { make } from "../integers.ts";
import type { Random } from "../random.ts";
import {
  activation,
  bounds,
  type CaseMaker,
  type CaseMakers,
  DTYPES,
  DTYPES8,
  DTYPES16,
  fed,
  requantizers,
  shape,
  stored,
  styleOf,
  tableBits,
} from "./draw.ts";
import { broadcastPair } from "./elementwise.ts";
import { LARGEST } from "./linear.ts";

/** floor(log2 v) of a byte by counting, 0 for 0. */
const BITS = Array.from(
  { length: 256 },
  (_, v) => [2, 4, 8, 16, 32, 64, 128].filter((power) => v >= power).length,
);

const div: CaseMaker = (random, i) => {
  const [a, b, to] = [DTYPES[i % 4]!, random.pick(DTYPES), random.pick(DTYPES)];
  const [left, right] = broadcastPair(random);
  const l = tableBits(random, i);
  const reciprocal = Array.from({ length: 2 ** l + 1 }, (_, k) =>
    Math.round(2 ** 30 / (32768 + k * 2 ** (15 - l))),
  );
  const style = styleOf(random, i);
  const data = [
    fed(activation(random, a, { dims: left, style })),
    fed(activation(random, b, { dims: right, style: random.pick([style, "small", "uniform"]) })),
  ];
  const tables = [stored(make("uint16", [2 ** l + 1], reciprocal)), stored(make("int8", [256], BITS))];
  const parts = requantizers(random, {
    count: 1,
    magnitude: LARGEST[a] * random.pick([1, 1, 2 ** -4, 2 ** 4]),
    to,
  });
  return { inputs: [...data, ...tables, ...parts], attrs: { table_bits: l, ...bounds(random, to) } };
};

/** round(32768·exp(-d·step)): only has to look like the tables of a model, both sides read the same one. */
function decay(random: Random, step: number) {
  const rate = step * random.pick([1, 0.1, 0.01]);
  return stored(
    make(
      "uint16",
      [256],
      Array.from({ length: 256 }, (_, d) => Math.round(32768 * Math.exp(-d * rate))),
    ),
  );
}

function softmax(wide: boolean): CaseMaker {
  return (random, i) => {
    const x = (wide ? DTYPES16 : DTYPES8)[i % 2]!;
    const to = random.pick(wide ? DTYPES16 : DTYPES8);
    const dims = shape(random, random.int(1, 4), 6);
    const tables = wide ? [decay(random, 0.1), decay(random, 0.0005)] : [decay(random, 0.1)];
    const parts = requantizers(random, { count: 1, magnitude: 2 ** 22, to });
    const data = activation(random, x, { dims, style: styleOf(random, i) });
    return {
      inputs: [fed(data), ...tables, ...parts],
      attrs: { axis: random.int(-dims.length, dims.length - 1), ...bounds(random, to) },
    };
  };
}

function logSoftmax(wide: boolean): CaseMaker {
  return (random, i) => {
    const bits = tableBits(random, i);
    const logarithms = Array.from({ length: 2 ** bits + 1 }, (_, k) =>
      Math.round(2 ** 24 * Math.log1p(k / 2 ** bits)),
    );
    const one = softmax(wide)(random, i);
    const to = random.pick(wide ? DTYPES16 : DTYPES8);
    const m = [random.int(0, 32767), random.int(16384, 32767)];
    const shift = [random.int(6, 20), random.int(8, 24)];
    const tail = [
      stored(make("int32", [logarithms.length], logarithms)),
      stored(make("int16", [2], m)),
      stored(make("int8", [2], shift)),
    ];
    const attrs = { axis: one.attrs.axis!, table_bits: bits, ...bounds(random, to) };
    return { inputs: [...one.inputs.slice(0, -2), ...tail], attrs };
  };
}

export const FUNCTION_LIKE_CASES: CaseMakers = {
  Div: div,
  LogSoftmax16: logSoftmax(true),
  LogSoftmax8: logSoftmax(false),
  Softmax16: softmax(true),
  Softmax8: softmax(false),
};
