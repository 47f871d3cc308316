import { HALF_BINS, type UnaryFunction } from "../../../core-ts/kernels/kernels.ts";
import { UNARY_CODES } from "../../../core-ts/kernels/unary.ts";
import { type Tensor, tensor } from "../../../core-ts/tensor/tensor.ts";
import { naiveFakeQuantize, naiveRequantize, roundHalfEven } from "../../core-as/twins/arithmetic.ts";
import { DEFINITIONS } from "../../core-as/twins/functions.ts";
import { naiveExponent, naiveHistogram, naiveMinMax } from "../../core-as/twins/statistics.ts";
import { Random } from "../../reference/random.ts";
import type { PlainCase } from "../store.ts";
import { extreme, vector } from "./samples.ts";

const float64 = (values: readonly number[]) => tensor("float64", [values.length], Float64Array.from(values));
const fed = (t: Tensor) => ({ tensor: t, constant: false });

/** Around the lanes and the unrolled blocks. */
const LENGTHS = [0, 1, 3, 4, 5, 13, 16, 17, 33, 49];
const GRIDS = [
  { scale: 0.1, qmin: -128, qmax: 127 },
  { scale: 1 / 3, qmin: 0, qmax: 255 },
  { scale: 2 ** -120, qmin: -32768, qmax: 32767 },
  { scale: 1e30, qmin: -127, qmax: 127 },
];

/** The same samples, of all lengths, finite and not, for every statistic. */
function onSamples(
  seed: number,
  solve: (x: Float32Array, i: number) => Omit<PlainCase, "inputs">,
): PlainCase[] {
  const random = new Random(seed);
  return LENGTHS.map((length, i) => {
    const x = extreme(random, length, i % 3 === 0);
    return { inputs: [fed(vector(x))], ...solve(x, i) };
  });
}

function minMaxOf(x: Float32Array): number[] {
  const { min, max, nonFinite, zeros } = naiveMinMax(x);
  return [min, max, nonFinite, zeros];
}

function binsOf(x: Float32Array, exponent: number): Tensor {
  const bins = naiveHistogram(x, exponent, HALF_BINS);
  const pairs = [...bins].flatMap((count, k) => (count === 0 ? [] : [k, count]));
  return tensor("float64", [pairs.length / 2, 2], Float64Array.from(pairs));
}

const perChannel = (random: Random): PlainCase => {
  const [outer, channels, inner] = [random.int(1, 3), random.int(1, 6), random.int(1, 9)];
  const scales = Array.from({ length: channels }, (_, c) => 0.013 * (c + 1));
  const x = extreme(random, outer * channels * inner);
  const expected = x.map((v, i) =>
    naiveFakeQuantize(v, scales[Math.floor(i / inner) % channels]!, -128, 127),
  );
  const dims = [outer, channels, inner];
  return {
    inputs: [fed(tensor("float32", dims, x)), fed(float64(scales))],
    attrs: { inner, qmin: -128, qmax: 127 },
    expected: tensor("float32", dims, expected),
  };
};

/** Accumulators up to 2^53, where the int32 saturation acts, and ties. */
const requantize = (random: Random, i: number): PlainCase => {
  const [channels, inner] = [random.int(1, 5), random.int(1, 4)];
  const wide = i % 2 === 1;
  const [q1, qmin, qmax] = [wide ? random.int(0, 31) : 0, wide ? -32768 : -128, wide ? 32767 : 127];
  const half = 2 ** (random.int(1, 53) - 1);
  const acc = Array.from({ length: 2 * channels * inner }, () => Math.round((random.next() * 2 - 1) * half));
  const [m, q2] = [random.ints(channels, 0, 32767), random.ints(channels, 0, 31)];
  const expected = acc.map((a, k) => {
    const c = Math.floor(k / inner) % channels;
    return naiveRequantize(a, { m: m[c]!, q1, q2: q2[c]!, qmin, qmax });
  });
  const dims = [2, channels, inner];
  const [multiplier, shift] = [Int16Array.from(m), Int8Array.from(q2)];
  return {
    inputs: [
      fed(tensor("float64", dims, Float64Array.from(acc))),
      fed(tensor("int16", [channels], multiplier)),
      fed(tensor("int8", [channels], shift)),
    ],
    attrs: { q1, inner, qmin, qmax },
    expected: tensor("int32", dims, Int32Array.from(expected)),
  };
};

/** 64 points of [-6, 6], rounded far above the last bits in which libraries differ. */
function table(fn: UnaryFunction): PlainCase {
  const grid = {
    alpha: 0.3,
    beta: 0.4,
    scaleIn: 6 / 32,
    first: -32,
    step: 1,
    count: 64,
    scaleOut: 1 / 20000,
  };
  const bounds = { qmin: -32768, qmax: 32767 };
  const entries = Int32Array.from({ length: grid.count }, (_, i) => {
    const real = DEFINITIONS[fn]((grid.first + i) * grid.scaleIn, grid.alpha, grid.beta);
    return Math.min(bounds.qmax, Math.max(bounds.qmin, roundHalfEven(real / grid.scaleOut)));
  });
  return {
    inputs: [],
    attrs: { fn, ...grid, ...bounds },
    expected: tensor("int32", [grid.count], entries),
  };
}

/** Cases of conformance/cases/kernels.json. */
export function kernelCases(): Readonly<Record<string, readonly PlainCase[]>> {
  const random = new Random(5);
  return {
    minMax: onSamples(1, (x) => ({ attrs: {}, expected: float64(minMaxOf(x)) })),
    histogram: onSamples(2, (x, i) => ({ attrs: { exponent: i - 4 }, expected: binsOf(x, i - 4) })),
    collect: onSamples(3, (x) => ({
      attrs: {},
      expected: float64([...minMaxOf(x), naiveExponent(x) ?? Number.NaN]),
    })),
    collectBins: onSamples(3, (x) => ({ attrs: {}, expected: binsOf(x, naiveExponent(x) ?? 0) })),
    fakeQuantize: onSamples(4, (x, i) => {
      const grid = GRIDS[i % GRIDS.length]!;
      const expected = x.map((v) => naiveFakeQuantize(v, grid.scale, grid.qmin, grid.qmax));
      return { attrs: grid, expected: vector(expected) };
    }),
    fakeQuantizePerChannel: Array.from({ length: 8 }, () => perChannel(random)),
    requantize: Array.from({ length: 12 }, (_, i) => requantize(random, i)),
    evaluate: (Object.keys(UNARY_CODES) as UnaryFunction[]).map(table),
  };
}
