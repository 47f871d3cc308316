import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { CaseInput } from "../fixed-case.ts";
import { type ActivationDType, type CaseAttributes, make, RANGES } from "../integers.ts";
import type { Random } from "../random.ts";
import {
  activation,
  bounds,
  type CaseMaker,
  type CaseMakers,
  DTYPES,
  drawn,
  fed,
  requantizers,
  shape,
  shifts,
  stored,
  styleOf,
} from "./draw.ts";
import { LARGEST } from "./linear.ts";

const product = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** Rows of every kind: any values, a large offset with little around it, constant. */
function data(random: Random, dtype: ActivationDType, dims: readonly number[], i: number): Tensor {
  if (i >= 4 && random.chance(0.3)) {
    const [low, high] = RANGES[dtype];
    const offset = random.int(low, high);
    const reach = random.pick([0, 1, 3]);
    const near = () => Math.min(Math.max(offset + random.int(-reach, reach), low), high);
    return make(dtype, dims, Array.from({ length: product(dims) }, near));
  }
  return activation(random, dtype, { dims, style: styleOf(random, i) });
}

/** Multipliers, biases and shifts for N of up to 2^22. */
function parameters(random: Random, dims: readonly number[], to: ActivationDType): CaseInput[] {
  const count = product(dims);
  const range = [-32768, 32767] as const;
  const m = drawn(random, { dtype: "int16", dims, range, style: random.pick(["uniform", "mixed"]) });
  const reach = random.pick([0, 2 ** 30, 2 ** 50]);
  const q = shifts(random, { count, size: Math.max(2 ** 36, reach / 2), to }).tensor;
  const bias = make("int64", dims, random.ints(count, -reach, reach));
  return [stored(m), stored(bias), stored({ ...q, dims } as Tensor)];
}

const epsilon = (random: Random): number => random.pick([0, 1, 7, 1000, random.int(0, 2 ** 30), 2 ** 51]);

const layerNormalization: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const dims = shape(random, random.int(1, 4), 6);
  const axis = random.int(0, dims.length - 1);
  const axes = dims.map((_, k) => k).slice(axis);
  const own = random.pick([dims.slice(axis), [1]]);
  return {
    inputs: [fed(data(random, x, dims, i)), ...parameters(random, own, to)],
    attrs: {
      axes,
      count: product(dims.slice(axis)),
      epsilon: epsilon(random),
      mean_bits: random.int(0, 8),
      ...bounds(random, to),
    },
  };
};

/** Rows without their mean; `more` are attributes beside axes. */
const plainRows =
  (more: (random: Random) => CaseAttributes): CaseMaker =>
  (random, i) => {
    const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
    const dims = shape(random, random.int(1, 4), 6);
    const axes = random.pick([[random.int(-dims.length, dims.length - 1)], dims.map((_, k) => k)]);
    const own = random.pick([dims.slice(random.int(0, dims.length - 1)), [1]]);
    return {
      inputs: [fed(data(random, x, dims, i)), ...parameters(random, own, to)],
      attrs: { axes, ...more(random), ...bounds(random, to) },
    };
  };

const groupNormalization: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const [groups, perGroup] = [random.int(1, 3), random.int(1, 3)];
  const dims = [random.int(1, 2), groups * perGroup, ...shape(random, random.int(1, 3), 4)];
  return {
    inputs: [fed(data(random, x, dims, i)), ...parameters(random, [groups * perGroup], to)],
    attrs: {
      num_groups: groups,
      count: product(dims.slice(1)) / groups,
      epsilon: epsilon(random),
      mean_bits: random.int(0, 8),
      ...bounds(random, to),
    },
  };
};

/** The table only has to be long enough: both sides read the same one. */
const lrn: CaseMaker = (random, i) => {
  const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
  const dims = [random.int(1, 2), random.int(1, 7), ...shape(random, random.int(0, 2), 3)];
  const size = random.int(1, 6);
  const gridBits = random.int(0, 3);
  const offset = random.pick([1, 1000, random.int(1, 2 ** 30)]);
  const base = Math.floor(Math.sqrt(offset));
  const reach = Math.floor(Math.sqrt(size * LARGEST[x] ** 2 * 4 ** gridBits + offset)) - base;
  const length = 16;
  let stepBits = 0;
  while (length * 2 ** stepBits <= reach) stepBits++;
  const range = [0, 2 ** 18] as const;
  const table = drawn(random, { dtype: "int32", dims: [length + 1], range, style: "uniform" });
  return {
    inputs: [
      fed(data(random, x, dims, i)),
      stored(table),
      ...requantizers(random, { count: 1, magnitude: LARGEST[x] * 2 ** 17, to }),
    ],
    attrs: { size, grid_bits: gridBits, offset, base, step_bits: stepBits, ...bounds(random, to) },
  };
};

export const NORMALIZATION_CASES: CaseMakers = {
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  LRN: lrn,
  L1Normalization: plainRows(() => ({})),
  RmsNormalization: plainRows((random) => ({ epsilon: epsilon(random) })),
};
