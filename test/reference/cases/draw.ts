import type { FixedOpName } from "../../../core-ts/fixed/index.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import type { CaseInput, FixedCase } from "../fixed-case.ts";
import {
  type ActivationDType,
  type CaseAttributes,
  type CaseDType,
  CODES,
  make,
  RANGES,
} from "../integers.ts";
import type { Random } from "../random.ts";

/** Makes the cases of one op: instance `i` of `count`, so that special instances (all extremes, all zero) come first and always. */
export type CaseMaker = (random: Random, i: number) => Omit<FixedCase, "name" | "op">;

export type CaseMakers = Readonly<Partial<Record<FixedOpName, CaseMaker>>>;

export const fed = (tensor: Tensor): CaseInput => ({ tensor, constant: false });
export const stored = (tensor: Tensor): CaseInput => ({ tensor, constant: true });

/** How the elements of one tensor are drawn; the first instances of every op go through all of them. */
const STYLES = ["lowest", "highest", "extremes", "zero", "uniform", "small", "mixed"] as const;
export type Style = (typeof STYLES)[number];

export function styleOf(random: Random, i: number): Style {
  return i < 4 ? STYLES[i]! : random.pick(["extremes", "small", "uniform", "uniform", "mixed", "mixed"]);
}

function draw(random: Random, style: Style, [low, high]: readonly [number, number]): number {
  switch (style) {
    case "lowest":
      return low;
    case "highest":
      return high;
    case "extremes":
      return random.pick([low, high]);
    case "zero":
      return 0;
    case "small":
      return Math.min(Math.max(random.int(-3, 3), low), high);
    case "uniform":
      return random.int(low, high);
    case "mixed":
      return random.chance(0.3) ? random.pick([low, high, 0]) : random.int(low, high);
  }
}

/** A tensor of that shape with elements of `range`. */
export function drawn(
  random: Random,
  spec: { dtype: CaseDType; dims: readonly number[]; range: readonly [number, number]; style: Style },
): Tensor {
  const count = spec.dims.reduce((a, b) => a * b, 1);
  return make(
    spec.dtype,
    spec.dims,
    Array.from({ length: count }, () => draw(random, spec.style, spec.range)),
  );
}

export function activation(
  random: Random,
  dtype: ActivationDType,
  spec: { dims: readonly number[]; style: Style },
): Tensor {
  return drawn(random, { dtype, range: RANGES[dtype], ...spec });
}

/** Weights: signed, narrow range. */
export function weight(
  random: Random,
  dtype: "int8" | "int16",
  spec: { dims: readonly number[]; style: Style },
): Tensor {
  const most = dtype === "int8" ? 127 : 32767;
  return drawn(random, { dtype, range: [-most, most], ...spec });
}

export const pickDType = (random: Random, from: readonly ActivationDType[]): ActivationDType =>
  random.pick(from);
export const offsetOf = (dtype: ActivationDType): number => -RANGES[dtype][0];
export const wide = (dtype: ActivationDType): boolean => dtype === "int16" || dtype === "uint16";
export const DTYPES8 = ["int8", "uint8"] as const;
export const DTYPES16 = ["int16", "uint16"] as const;
export const DTYPES = [...DTYPES8, ...DTYPES16] as const;

/** qmin, qmax and `to`: the whole range of the type, or a part of it, as a fused Relu6 leaves. */
export function bounds(random: Random, to: ActivationDType): CaseAttributes {
  const [low, high] = RANGES[to];
  if (random.chance(0.7)) return { qmin: low, qmax: high, to: CODES[to] };
  const qmin = random.pick([low, 0, random.int(low, high)]);
  return { qmin, qmax: random.pick([high, random.int(qmin, high)]), to: CODES[to] };
}

/** Mostly multipliers as a quantizer chooses them, [16384, 32767]; sometimes weak ones and the ends. */
function multiplier(random: Random): number {
  return random.chance(0.2)
    ? random.pick([0, 1, 3, 16384, 32767, random.int(1, 32767)])
    : random.int(16384, 32767);
}

/**
 * A shift that brings numbers of about `size` near the output's range, where rounding, ties and saturation all happen;
 * sometimes an end of [0, 31].
 */
function shiftFor(random: Random, size: number, to: ActivationDType): number {
  if (random.chance(0.1)) return random.pick([0, 1, 31]);
  const near = Math.round(Math.log2(Math.max(size, 1)) - Math.log2(RANGES[to][1])) + random.int(-1, 2);
  return Math.min(Math.max(near, 0), 31);
}

/** `count` shifts for sums of about `size`, multiplied already. */
export function shifts(
  random: Random,
  spec: { count: number; size: number; to: ActivationDType },
): CaseInput {
  const drawnShifts = Array.from({ length: spec.count }, () => shiftFor(random, spec.size, spec.to));
  return stored(make("int8", [spec.count], drawnShifts));
}

/** `count` multipliers and shifts for accumulators of about `magnitude`. */
export function requantizers(
  random: Random,
  spec: { count: number; magnitude: number; to: ActivationDType },
): [CaseInput, CaseInput] {
  const m = Array.from({ length: spec.count }, () => multiplier(random));
  const shift = m.map((one) => shiftFor(random, spec.magnitude * Math.max(one, 1), spec.to));
  return [stored(make("int16", [spec.count], m)), stored(make("int8", [spec.count], shift))];
}

/** A shape of that rank with small sizes. */
export function shape(random: Random, rank: number, largest = 5): number[] {
  return random.ints(rank, 1, largest);
}

/** Length of a table in bits, mostly the least: the conformance files hold every entry. */
export function tableBits(random: Random, i: number): number {
  return i % 16 === 15 ? random.int(9, 12) : 8;
}
