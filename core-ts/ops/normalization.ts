/** What all ops that divide rows by their spread have in common: how the numbers of docs/fixed-ops.md (LayerNormalization) are chosen. */
import { attr } from "../graph/attributes.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { chooseMultipliers, clamp, roundHalfEven } from "../quantize/scale.ts";
import { tensor } from "../tensor/tensor.ts";
import type { Attributes, IntValue, LowerContext } from "./record.ts";

/** Far beyond any output (2^15 steps at shift 31), and exact in float64 with the product added. */
const LARGEST_BIAS = powerOfTwo(50);
/** Bound of Σd² and of epsilon, so that their sum is below 2^52. */
const LARGEST_SUM = powerOfTwo(51);
const MOST_MEAN_BITS = 8;
/** Grid of a normalised element: y = N·2^-22. */
export const NORMALIZED_UNIT = powerOfTwo(-22);

/** Most elements of a centred row: Σd² ≤ n·(65535/2)² stays below 2^51 even at 16 bit. */
export const LONGEST_ROW = powerOfTwo(20);
/** Most elements of a row without its mean taken off: Σx² ≤ n·2^32. */
export const LONGEST_PLAIN_ROW = powerOfTwo(19);

export const rowTooLong = (count: number, most: number): string | undefined =>
  count > most
    ? `it normalises rows of ${count} elements; sums of squares are exact up to ${most} elements`
    : undefined;

/** y = x·scale + offset, one of each or one per channel. */
export interface Affine {
  readonly scale: readonly number[];
  readonly offset: readonly number[];
  readonly dims: readonly number[];
}

/** Names of multiplier, bias and shift that bring integers of `unit` through y = x·scale + offset onto the output's scale, a shift for each. */
export function affineParameters(ctx: LowerContext, unit: number, { scale, offset, dims }: Affine): string[] {
  const { scale: step } = ctx.result();
  const chosen = scale.map((s) => chooseMultipliers([(s * unit) / step], ctx.node.name));
  const bias = offset.map((o, c) =>
    clamp(roundHalfEven((o / step) * powerOfTwo(chosen[c]!.shift)), -LARGEST_BIAS, LARGEST_BIAS),
  );
  const multipliers = Int16Array.from(chosen, ({ m }) => m[0]!);
  const shifts = Int8Array.from(chosen, ({ shift }) => shift);
  return [
    ctx.constantTensor("multiplier", tensor("int16", dims, multipliers)),
    ctx.constantTensor("bias", tensor("int64", dims, BigInt64Array.from(bias, BigInt))),
    ctx.constantTensor("shift", tensor("int8", dims, shifts)),
  ];
}

/** epsilon·n in squared units. */
const epsilonUnits = ({ epsilon, count }: Rows, unit: number): number => (epsilon / (unit * unit)) * count;

/**
 * Fraction bits of the mean: as many as keep Σd² ≤ n·(range/2)²·4^bits, and epsilon beside it, below 2^51. Where epsilon is larger still, squares
 * of integers are nothing beside it, and elements are left 19 bits.
 */
function meanBits(x: IntValue, rows: Rows): number {
  const half = (x.type.qmax - x.type.qmin + 1) / 2;
  const fits = (bits: number) => rows.count * (half * half * powerOfTwo(2 * bits) + 1) <= LARGEST_SUM;
  const holdsEpsilon = (bits: number) =>
    epsilonUnits(rows, x.scale * powerOfTwo(-bits)) <= LARGEST_SUM || bits + x.type.bits <= 19;
  let bits = MOST_MEAN_BITS;
  while (bits > 0 && !(fits(bits) && holdsEpsilon(bits))) bits--;
  return bits;
}

/** epsilon·n as an integer; where it passes what fits, the gain takes up the rest. */
function scaledEpsilon(rows: Rows, unit: number): { integer: number; gain: number } {
  const wanted = epsilonUnits(rows, unit);
  return wanted > LARGEST_SUM
    ? { integer: LARGEST_SUM, gain: Math.sqrt(LARGEST_SUM / wanted) }
    : { integer: roundHalfEven(wanted), gain: 1 };
}

export interface Rows {
  /** Elements of a row. */
  readonly count: number;
  readonly epsilon: number;
  readonly affine: Affine;
}

function scaledBy({ scale, ...rest }: Affine, factor: number): Affine {
  return { ...rest, scale: scale.map((s) => s * factor) };
}

/** Writes (x - mean)/√(variance + epsilon)·scale + offset as integer op `op`; `more` are its attributes beside the common ones. */
export function lowerCentered(ctx: LowerContext, op: string, rows: Rows, more: Attributes): void {
  const x = ctx.operand(0);
  const { count } = rows;
  const fraction = meanBits(x, rows);
  const { integer, gain } = scaledEpsilon(rows, x.scale * powerOfTwo(-fraction));
  const affine = scaledBy(rows.affine, Math.sqrt(count) * gain);
  ctx.emit(op, [x.name, ...affineParameters(ctx, NORMALIZED_UNIT, affine)], {
    ...more,
    count: attr.int(count),
    mean_bits: attr.int(fraction),
    epsilon: attr.int(integer),
    ...ctx.bounds(),
  });
}

/** Writes x/√(Σx² + epsilon·count)·scale·√count over `axes`; a count of 1 gives the L2 norm. */
export function lowerPlain(ctx: LowerContext, rows: Rows, axes: readonly number[]): void {
  const x = ctx.operand(0);
  const { integer, gain } = scaledEpsilon(rows, x.scale);
  const affine = scaledBy(rows.affine, Math.sqrt(rows.count) * gain);
  ctx.emit("RmsNormalization", [x.name, ...affineParameters(ctx, NORMALIZED_UNIT, affine)], {
    axes: attr.ints(axes),
    epsilon: attr.int(integer),
    ...ctx.bounds(),
  });
}
