import { make } from "../integers.ts";
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

const pad: CaseMaker = (random, i) => {
  const dims = shape(random, random.int(1, 4)).map((dim) => dim + 2);
  const mode = ["constant", "reflect", "edge", "wrap"][(i >> 1) % 4]!;
  const low = mode === "constant" && random.chance(0.3) ? -1 : 0;
  const pads = make("int64", [2 * dims.length], random.ints(2 * dims.length, low, 2));
  const x = DTYPES16[i % 2]!;
  const value = activation(random, x, { dims: [], style: "mixed" });
  const data = activation(random, x, { dims, style: styleOf(random, i) });
  return { inputs: [fed(data), stored(pads), stored(value)], attrs: { mode } };
};

/** Integer factors and powers of two only: ONNX Runtime computes coordinates in float32, where others may round across an index. */
function nearest(by: "scales" | "sizes"): CaseMaker {
  return (random, i) => {
    const dims = shape(random, 4, 3).map((dim, axis) => (axis < 2 ? dim : 2 * dim));
    const scales = [1, 1, random.pick([0.5, 1, 2, 4]), random.pick([0.5, 1, 2, 4])];
    const sizes = dims.map((dim, axis) => dim * scales[axis]!);
    const data = activation(random, DTYPES16[i % 2]!, { dims, style: styleOf(random, i) });
    const attrs = {
      coordinate_transformation_mode: random.pick(["half_pixel", "asymmetric"]),
      nearest_mode: random.pick(["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]),
    };
    return {
      inputs: [fed(data), stored(by === "scales" ? make("float32", [4], scales) : make("int64", [4], sizes))],
      attrs,
    };
  };
}

/** Four neighbours as cubic resizing weights them: negative outside, their sum 2048. */
function cubicWeights(random: Random): number[] {
  const [before, after, left] = [random.int(-300, 0), random.int(-300, 0), random.int(0, 2048)];
  return [before, left, 2048 - before - left - after, after];
}

/** [to, from] coefficients in 1/2048: linear, cubic, or a position outside, whose row is 0. */
function coefficients(random: Random, to: number, from: number) {
  const isCubic = random.chance(0.4);
  const rows = Array.from({ length: to }, () => {
    const row = new Array<number>(from).fill(0);
    if (random.chance(0.05)) return row;
    const at = random.int(0, from - 1);
    const left = random.pick([2048, 1024, random.int(0, 2048)]);
    const weights = isCubic ? cubicWeights(random) : [0, left, 2048 - left];
    for (const [k, weight] of weights.entries()) row[Math.min(Math.max(at + k - 1, 0), from - 1)]! += weight;
    return row;
  });
  return stored(make("int16", [to, from], rows.flat()));
}

function resizeLinear(rank: 3 | 4): CaseMaker {
  return (random, i) => {
    const [x, to] = [DTYPES[i % 4]!, random.pick(DTYPES)];
    const dims = shape(random, rank, 5);
    const matrices = dims.slice(2).map((from) => coefficients(random, random.int(1, 8), from));
    const largest = LARGEST[x] * (2 * 2048) ** matrices.length;
    const q1 = firstShift(random, largest);
    const parts = requantizers(random, { count: 1, magnitude: Math.min(largest / 2 ** q1, 2 ** 31) / 2, to });
    const data = activation(random, x, { dims, style: styleOf(random, i) });
    return { inputs: [fed(data), ...matrices, ...parts], attrs: { q1, ...bounds(random, to) } };
  };
}

export const MOVEMENT_CASES: CaseMakers = {
  Pad16: pad,
  ResizeLinear: resizeLinear(4),
  ResizeLinear1d: resizeLinear(3),
  ResizeNearest16: nearest("scales"),
  ResizeNearestSizes16: nearest("sizes"),
};
