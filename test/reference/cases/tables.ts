import { make, RANGES } from "../integers.ts";
import {
  activation,
  bounds,
  type CaseMaker,
  type CaseMakers,
  DTYPES,
  DTYPES16,
  drawn,
  fed,
  offsetOf,
  requantizers,
  shape,
  stored,
  styleOf,
  tableBits,
} from "./draw.ts";
import { LARGEST } from "./linear.ts";

const logLut16: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES16[i % 2]!, random.pick(DTYPES)];
  const k = tableBits(random, i) - 4;
  const side = (17 - k) * 2 ** k + 1;
  const table = drawn(random, {
    dtype: to,
    dims: [x === "int16" ? 2 * side : side],
    range: RANGES[to],
    style: random.pick(["extremes", "uniform", "mixed"]),
  });
  // The ends of octaves beside what is drawn.
  const data = activation(random, x, { dims: shape(random, random.int(0, 4)), style: styleOf(random, i) });
  const ends = [0, 1, 2 ** k, 2 ** (k + 1) - 1, 2 ** (k + 1), 2 ** (k + 1) + 1, 16383, 16384, 32767];
  const fixed = i % 4 === 3 ? make(x, [ends.length], ends) : data;
  return { inputs: [fed(fixed), stored(table)], attrs: { x_offset: offsetOf(x), octave_bits: k } };
};

const roundTo: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const whole = random.pick([3, 40, 1000]);
  const [m0, q0] = requantizers(random, { count: 1, magnitude: LARGEST[x], to: "int8" });
  const [m1, q1] = requantizers(random, { count: 1, magnitude: whole, to });
  const numbers = (parts: readonly (typeof m0)[]) =>
    parts.flatMap(({ tensor }) => [...(tensor.data as Int16Array)]);
  const shift = numbers([q0, q1]);
  const half = Math.floor(2 ** (shift[0]! - 1));
  const style = styleOf(random, i);
  return {
    inputs: [
      fed(activation(random, x, { dims: shape(random, random.int(0, 4)), style })),
      stored(make("int16", [2], numbers([m0, m1]))),
      stored(make("int8", [2], shift)),
    ],
    attrs: { bias: random.pick([0, half, 2 ** shift[0]! - 1]), ...bounds(random, to) },
  };
};

const deadZone: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const [multiplier, shift] = requantizers(random, { count: 1, magnitude: LARGEST[x], to });
  const reach = random.pick([0, 2 ** 20, 2 ** 40]);
  const [low, high] = RANGES[x];
  const upper = random.pick([0, 2, random.int(low, high)]);
  const data = activation(random, x, { dims: shape(random, random.int(0, 4)), style: styleOf(random, i) });
  return {
    inputs: [fed(data), multiplier, stored(make("int64", [2], random.ints(2, -reach, reach))), shift],
    attrs: { lower: random.pick([low - 1, -upper, random.int(low, high)]), upper, ...bounds(random, to) },
  };
};

export const TABLE_CASES: CaseMakers = { DeadZone: deadZone, LogLut16: logLut16, RoundTo: roundTo };
