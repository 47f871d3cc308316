import { type ActivationDType, type CaseAttributes, make } from "../integers.ts";
import type { Random } from "../random.ts";
import {
  activation,
  bounds,
  type CaseMaker,
  type CaseMakers,
  DTYPES8,
  DTYPES16,
  fed,
  offsetOf,
  requantizers,
  type Style,
  shape,
  stored,
  styleOf,
  weight,
} from "./draw.ts";

export const LARGEST = { int8: 128, uint8: 255, int16: 32768, uint16: 65535 } as const;

/** q1 for sums up to `largest`: 0 where they fit int32, sometimes too small so that the int32 saturation acts. */
export function firstShift(random: Random, largest: number): number {
  const needed = Math.max(0, Math.ceil(Math.log2(Math.max(largest, 1))) - 31);
  return random.pick([needed, needed + 1, Math.max(0, needed - 2), random.chance(0.2) ? 31 : needed]);
}

export interface Linear {
  readonly x: ActivationDType;
  readonly style: Style;
  readonly terms: number;
  readonly outputs: number;
}

/** Bias, multiplier and shift of a sum of x·w, and what 16 bit adds to the attributes. */
export function linearParts(random: Random, spec: Linear) {
  const wide = LARGEST[spec.x] > 255;
  const largest = spec.terms * LARGEST[spec.x] * (wide ? 32767 : 127);
  const to = random.pick(wide ? DTYPES16 : DTYPES8);
  // int32 holds the whole 8-bit accumulator; at 16 bit biases may be far beyond int32.
  const room = wide ? Math.min(2 ** 40, largest) : 2 ** 31 - 1 - largest;
  const reach = random.pick([0, Math.min(room, Math.floor(largest / 4)), random.chance(0.3) ? room : 100]);
  const bias = make(wide ? "int64" : "int32", [spec.outputs], random.ints(spec.outputs, -reach, reach));
  const q1 = firstShift(random, largest);
  const typical = largest / Math.sqrt(spec.terms) / 3;
  const magnitude = Math.min((typical + reach) / (wide ? 2 ** q1 : 1), 2 ** 31);
  const count = random.chance(0.8) ? spec.outputs : 1;
  const [multiplier, shift] = requantizers(random, { count, magnitude, to });
  const range = bounds(random, to);
  return {
    inputs: [stored(bias), multiplier, shift],
    attrs: (wide ? { ...range, x_offset: offsetOf(spec.x), q1 } : range) satisfies CaseAttributes,
  };
}

interface Geometry {
  readonly kernel: number[];
  readonly strides: number[];
  readonly dilations: number[];
  readonly pads: number[];
  readonly sizes: number[];
}

/** A window over one or two axes that has at least one output position. */
export function geometry(random: Random, rank: number): Geometry {
  const kernel = random.ints(rank, 1, 3);
  const dilations = kernel.map(() => random.pick([1, 1, 2]));
  const pads = random.ints(2 * rank, 0, 2);
  const sizes = kernel.map(
    (k, i) => Math.max(1, dilations[i]! * (k - 1) + 1 - pads[i]! - pads[rank + i]!) + random.int(0, 5),
  );
  return { kernel, strides: random.ints(rank, 1, 3), dilations, pads, sizes };
}

/** `most`: channels of a group whose 3×3 sums come close to the bound of the op's products. */
function conv(dtypes: readonly ActivationDType[], most = 5): CaseMaker {
  return (random, i) => {
    const style = styleOf(random, i);
    const x = dtypes[i % dtypes.length]!;
    const g = geometry(random, random.pick([1, 2, 2]));
    const group = random.pick([1, 1, 2, 3]);
    // Depthwise when both are 1.
    const perGroup = random.pick([1, 2, most]);
    const outputs = group * random.int(1, 3);
    const dims = [outputs, perGroup, ...g.kernel];
    const terms = dims.slice(1).reduce((a, b) => a * b, 1);
    const w = weight(random, LARGEST[x] > 255 ? "int16" : "int8", {
      dims,
      style: styleOf(random, random.pick([i, 9])),
    });
    const parts = linearParts(random, { x, style, terms, outputs });
    const data = activation(random, x, { dims: [random.int(1, 2), perGroup * group, ...g.sizes], style });
    const window = { kernel_shape: g.kernel, strides: g.strides, pads: g.pads, dilations: g.dilations };
    return { inputs: [fed(data), stored(w), ...parts.inputs], attrs: { ...window, group, ...parts.attrs } };
  };
}

function convTranspose(dtypes: readonly ActivationDType[]): CaseMaker {
  return (random, i) => {
    const style = styleOf(random, i);
    const x = dtypes[i % dtypes.length]!;
    const rank = random.pick([1, 2, 2]);
    const g = geometry(random, rank);
    const reach = g.kernel.map((k, axis) => g.dilations[axis]! * (k - 1));
    const extra = g.strides.map((stride) => random.int(0, stride - 1));
    const sizes = g.kernel.map(() => random.int(1, 5));
    // At least one output is left after cropping by pads.
    const full = sizes.map((size, axis) => (size - 1) * g.strides[axis]! + reach[axis]! + 1 + extra[axis]!);
    const begin = full.map((size, axis) => Math.min(g.pads[axis]!, size - 1));
    const end = full.map((size, axis) => Math.min(g.pads[rank + axis]!, size - 1 - begin[axis]!));
    const group = random.pick([1, 1, 2, 3]);
    const [perGroup, outputs] = [random.int(1, 3), random.int(1, 3)];
    const w = { dims: [perGroup * group, outputs, ...g.kernel], style: styleOf(random, random.pick([i, 9])) };
    const terms = g.kernel.reduce((a, b) => a * b, perGroup);
    const parts = linearParts(random, { x, style, terms, outputs: outputs * group });
    const attrs = {
      kernel_shape: g.kernel,
      strides: g.strides,
      dilations: g.dilations,
      pads: [...begin, ...end],
      output_padding: extra,
      conv_pads: [...reach.map((r, a) => r - begin[a]!), ...reach.map((r, a) => r - end[a]! + extra[a]!)],
      group,
      ...parts.attrs,
    };
    const data = activation(random, x, { dims: [random.int(1, 2), perGroup * group, ...sizes], style });
    return {
      inputs: [fed(data), stored(weight(random, LARGEST[x] > 255 ? "int16" : "int8", w)), ...parts.inputs],
      attrs,
    };
  };
}

function gemm(dtypes: readonly ActivationDType[]): CaseMaker {
  return (random, i) => {
    const style = styleOf(random, i);
    const x = dtypes[i % dtypes.length]!;
    const wide = LARGEST[x] > 255;
    const [terms, outputs] = [random.int(1, 70), random.int(1, 9)];
    const w = weight(random, wide ? "int16" : "int8", {
      dims: [terms, outputs],
      style: styleOf(random, random.pick([i, 9])),
    });
    const parts = linearParts(random, { x, style, terms, outputs });
    const data = activation(random, x, { dims: [...shape(random, random.int(1, 3), 4), terms], style });
    const { x_offset: _, ...attrs } = parts.attrs as CaseAttributes & { x_offset?: number };
    return { inputs: [fed(data), stored(w), ...parts.inputs], attrs };
  };
}

/** Batch axes of both operands, broadcasting; undefined for a vector, which has none. */
function operandShapes(random: Random): { left?: number[]; right?: number[] } {
  const batch = shape(random, random.pick([0, 1, 2, 3]), 3);
  return random.pick([
    { left: batch, right: batch },
    { left: batch, right: [] },
    { left: batch.map(() => 1), right: batch },
    { left: batch.map((n, i) => (i % 2 ? n : 1)), right: batch.map((n, i) => (i % 2 ? 1 : n)) },
    { left: batch },
    { right: batch },
    {},
  ]);
}

function matmul(pairs: readonly (readonly [ActivationDType, ActivationDType])[]): CaseMaker {
  return (random, i) => {
    const [a, b] = pairs[i % pairs.length]!;
    const style = styleOf(random, i);
    const wide = LARGEST[a] > 255;
    const [rows, terms, columns] = [random.int(1, 6), random.int(1, 40), random.int(1, 6)];
    const { left, right } = operandShapes(random);
    const row = left ? [...left, rows] : [];
    const column = right ? [columns] : [];
    const largest = terms * LARGEST[a] * LARGEST[b];
    const to = random.pick(wide ? DTYPES16 : DTYPES8);
    const q1 = firstShift(random, largest);
    const magnitude = Math.min(largest / Math.sqrt(terms) / 3 / (wide ? 2 ** q1 : 1), 2 ** 31);
    const attrs = {
      ...bounds(random, to),
      ...(wide ? { q1 } : {}),
    };
    const data = [
      fed(activation(random, a, { dims: [...row, terms], style })),
      fed(
        activation(random, b, {
          dims: [...(right ?? []), terms, ...column],
          style: styleOf(random, random.pick([i, 9])),
        }),
      ),
    ];
    return { inputs: [...data, ...requantizers(random, { count: 1, magnitude, to })], attrs };
  };
}

const pairs16 = DTYPES16.flatMap((a) => DTYPES16.map((b) => [a, b] as const));

export const LINEAR_CASES: CaseMakers = {
  Conv8: conv(DTYPES8),
  ShortConv8: conv(DTYPES8, 57),
  Conv16: conv(DTYPES16),
  ShortConv16: conv(DTYPES16, 28),
  ConvTranspose8: convTranspose(DTYPES8),
  ConvTranspose16: convTranspose(DTYPES16),
  Gemm8: gemm(["int8"]),
  GemmU8: gemm(["uint8"]),
  Gemm16: gemm(DTYPES16),
  MatMul8: matmul([
    ["int8", "int8"],
    ["uint8", "uint8"],
    ["int8", "uint8"],
  ]),
  MatMulU8S8: matmul([["uint8", "int8"]]),
  MatMul16: matmul(pairs16),
  ShortGemm8: gemm(DTYPES8),
  ShortMatMul8: matmul(DTYPES8.flatMap((a) => DTYPES8.map((b) => [a, b] as const))),
};
