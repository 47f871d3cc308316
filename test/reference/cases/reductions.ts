import { type ActivationDType, make } from "../integers.ts";
import type { Random } from "../random.ts";
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
import { firstShift, LARGEST } from "./linear.ts";

/** Some of the axes of a shape, from the front or the back. */
function someAxes(random: Random, dims: readonly number[]): readonly number[] {
  const all = dims.map((_, axis) => axis);
  return random.pick([[random.pick(all)], [-1], all.slice(random.int(0, dims.length - 1)), all]);
}

/** q1, multiplier and shift for sums up to `largest`. */
function summed(random: Random, spec: { largest: number; to: ActivationDType }) {
  const q1 = firstShift(random, spec.largest);
  const magnitude = Math.min(spec.largest / 2 ** q1, 2 ** 31);
  return { q1, parts: requantizers(random, { count: 1, magnitude, to: spec.to }) };
}

/** Sums of terms up to |x|^power. */
function sumOf(power: 1 | 2): CaseMaker {
  return (random, i) => {
    const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
    const dims = shape(random, random.int(1, 4));
    const largest = LARGEST[x] ** power * dims.reduce((a, b) => a * b, 1);
    const { q1, parts } = summed(random, { largest, to });
    const data = activation(random, x, { dims, style: styleOf(random, i) });
    const attrs = { axes: someAxes(random, dims), keepdims: random.int(0, 1), q1 };
    return { inputs: [fed(data), ...parts], attrs: { ...attrs, ...bounds(random, to) } };
  };
}

const reduceL2: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const dims = shape(random, random.int(1, 4));
  const grid = random.int(0, 6);
  const magnitude = LARGEST[x] * Math.sqrt(dims.reduce((a, b) => a * b, 1)) * 2 ** grid;
  const parts = requantizers(random, { count: 1, magnitude, to });
  const data = activation(random, x, { dims, style: styleOf(random, i) });
  const attrs = { axes: someAxes(random, dims), keepdims: random.int(0, 1), grid };
  return { inputs: [fed(data), ...parts], attrs: { ...attrs, ...bounds(random, to) } };
};

const extremum: CaseMaker = (random, i) => {
  const dims = shape(random, random.int(1, 4));
  const data = activation(random, DTYPES16[i % 2]!, { dims, style: styleOf(random, i) });
  return { inputs: [fed(data)], attrs: { axes: someAxes(random, dims), keepdims: random.int(0, 1) } };
};

/** Small values, so that several elements are the largest. */
const index: CaseMaker = (random, i) => {
  const dims = shape(random, random.int(1, 4));
  const style = random.pick([styleOf(random, i), "small" as const]);
  const data = activation(random, DTYPES16[i % 2]!, { dims, style });
  const axis = random.int(-dims.length, dims.length - 1);
  return {
    inputs: [fed(data)],
    attrs: { axis, keepdims: random.int(0, 1), select_last_index: random.int(0, 1) },
  };
};

const cumSum: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const dims = shape(random, random.int(1, 4));
  const axis = random.int(-dims.length, dims.length - 1);
  const { q1, parts } = summed(random, { largest: LARGEST[x] * dims.at(axis)!, to });
  const data = activation(random, x, { dims, style: styleOf(random, i) });
  const attrs = { axis, exclusive: random.int(0, 1), reverse: random.int(0, 1), q1 };
  return { inputs: [fed(data), ...parts], attrs: { ...attrs, ...bounds(random, to) } };
};

const topK: CaseMaker = (random, i) => {
  const { inputs, attrs } = index(random, i);
  const x = inputs[0]!;
  const axis = attrs.axis as number;
  const k = make("int64", [1], [random.int(1, x.tensor.dims.at(axis)!)]);
  return { inputs: [x, stored(k)], attrs: { axis, largest: random.int(0, 1), sorted: 1 }, output: i % 2 };
};

export const REDUCTION_CASES: CaseMakers = {
  ArgMax16: index,
  ArgMin16: index,
  CumSum: cumSum,
  ReduceL1: sumOf(1),
  ReduceL2: reduceL2,
  ReduceMax16: extremum,
  ReduceMean: sumOf(1),
  ReduceMin16: extremum,
  ReduceSum: sumOf(1),
  ReduceSumSquare: sumOf(2),
  TopK16: topK,
};
