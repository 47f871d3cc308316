import { make } from "../integers.ts";
import {
  activation,
  bounds,
  type CaseMaker,
  type CaseMakers,
  DTYPES,
  DTYPES16,
  fed,
  requantizers,
  shape,
  stored,
  styleOf,
} from "./draw.ts";
import { broadcastPair } from "./elementwise.ts";
import { LARGEST } from "./linear.ts";

/** Two operands of one type; values of [-3, 3] now and then, so that some are equal. */
function pair(dtypes: readonly (typeof DTYPES)[number][]): CaseMaker {
  return (random, i) => {
    const dtype = dtypes[i % dtypes.length]!;
    const style = random.pick([styleOf(random, i), "small" as const]);
    const data = broadcastPair(random).map((dims) => fed(activation(random, dtype, { dims, style })));
    return { inputs: data, attrs: {} };
  };
}

const where: CaseMaker = (random, i) => {
  const { inputs } = pair(DTYPES)(random, i);
  const longest = inputs.map(({ tensor }) => tensor.dims).sort((a, b) => b.length - a.length)[0]!;
  const dims = random.pick([longest, longest.map((dim) => (random.chance(0.5) ? 1 : dim)), []]);
  const count = dims.reduce((a, b) => a * b, 1);
  const condition = make("bool", dims, random.ints(count, 0, 1));
  return { inputs: [random.chance(0.3) ? stored(condition) : fed(condition), ...inputs], attrs: {} };
};

/** Periods from a few steps of x to more than its whole range. */
const mod: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const period = random.int(31, 50);
  const increment = make("int32", [1], [random.pick([1, 2 ** 31 - 1, random.int(2 ** 28, 2 ** 31 - 1)])]);
  const largest = Math.min(2 ** period, LARGEST[x] * 2 ** 31);
  const q1 = random.pick([period - 20, period - 30, 31]);
  const magnitude = Math.min(largest / 2 ** q1, 2 ** 31);
  const data = activation(random, x, { dims: shape(random, random.int(0, 4)), style: styleOf(random, i) });
  const parts = requantizers(random, { count: 1, magnitude, to });
  return { inputs: [fed(data), stored(increment), ...parts], attrs: { period, q1, ...bounds(random, to) } };
};

export const SELECTION_CASES: CaseMakers = {
  Equal: pair(DTYPES),
  Greater: pair(DTYPES),
  GreaterOrEqual: pair(DTYPES),
  Less: pair(DTYPES),
  LessOrEqual: pair(DTYPES),
  Max16: pair(DTYPES16),
  Min16: pair(DTYPES16),
  Mod: mod,
  Where: where,
};
