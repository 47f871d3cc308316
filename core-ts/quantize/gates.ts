/** Numbers of the gates of recurrent ops (docs/fixed-ops.md, Recurrent ops). D directions, G rows of gates each, H hidden units. */
import { attr } from "../graph/attributes.ts";
import type { Attributes, IntValue, LowerContext } from "../ops/record.ts";
import { powerOfTwo } from "../power-of-two.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import {
  accumulatorShift,
  chooseMultipliers,
  clamp,
  MAX_SHIFT,
  roundHalfEven,
  WEAK_MULTIPLIER,
  weightScale,
} from "./scale.ts";
import { channelLayout, channelMaxima, channelSums, quantizeWeights, weightMax } from "./weights.ts";

/** Largest magnitude of a 16-bit pre-activation. */
const LARGEST = 32767;
/** Exact in float64 with two products below 2^47 added. */
const LARGEST_BIAS = powerOfTwo(50);
/**
 * Products with x and with the state have one shift a row. The finer of the two is coarsened until it is at most this many times finer: then its
 * multiplier keeps 12 bits, and its rounding is still far below the other's.
 */
const FINEST = 8;

export interface GateSpec {
  readonly x: IntValue;
  /** Scale and largest magnitude of the hidden state's integers. */
  readonly state: { readonly scale: number; readonly largest: number };
  readonly w: Tensor;
  readonly r: Tensor;
  /** D·G values each; those of the state's products apart where the op keeps them apart. */
  readonly bias: Float64Array;
  readonly recurrentBias?: Float64Array;
  /** Peephole weights, 0 where a row has none, and the scale and the largest value of the cell. */
  readonly peephole?: { readonly weights: Float64Array; readonly scale: number; readonly limit: number };
  /** The table each gate goes through, in order. */
  readonly tables: readonly number[];
  /** Beyond this a table's function changes no more. */
  readonly limits: readonly number[];
}

export interface Gates {
  /** Names of w, r, bias, multiplier, recurrent_multiplier, shift. */
  readonly inputs: readonly string[];
  readonly recurrentBias: string;
  readonly peephole: string;
  /** Scale of the pre-activations of each table. */
  readonly scales: readonly number[];
  /** q1 and recurrent_q1 at 16 bit. */
  readonly attrs: Attributes;
}

/** Integers of a weight tensor [D, G, K], and their scales, one per row. */
interface Rows {
  readonly q: Int8Array | Int16Array;
  readonly scales: Float64Array;
  readonly terms: number;
  /** Largest |Σ| of integers in each row. */
  readonly sums: Float64Array;
}

class GateNumbers {
  readonly rows: number;
  readonly #directions: number;
  readonly #perGate: number;

  constructor(
    readonly ctx: LowerContext,
    readonly spec: GateSpec,
  ) {
    this.#directions = spec.w.dims[0]!;
    this.rows = this.#directions * spec.w.dims[1]!;
    this.#perGate = spec.w.dims[1]! / spec.tables.length;
  }

  /** The table of row i. */
  table(i: number): number {
    return this.spec.tables[Math.floor((i % this.spec.w.dims[1]!) / this.#perGate)]!;
  }

  #layout(t: Tensor) {
    return channelLayout("Conv", [this.rows, t.dims[2]!], 1);
  }

  #maxima(t: Tensor, name: string): Float64Array {
    const maxima = channelMaxima(t.data as Float32Array, this.#layout(t), name);
    return maxima.map((most) => most / weightMax(this.ctx.bits));
  }

  #quantized(t: Tensor, scales: Float64Array, largest: number): Rows {
    const layout = this.#layout(t);
    const q = quantizeWeights(t.data as Float32Array, layout, scales, this.ctx.bits);
    return { q, scales, terms: t.dims[2]!, sums: channelSums(q, layout).map((sum) => sum * largest) };
  }

  /** Scales of the rows of w and r, neither so fine that the multiplier would be weak, nor much finer than the other. */
  weights(preScales: readonly number[]): readonly [Rows, Rows] {
    const { x, state, w, r } = this.spec;
    const [own, other] = [
      this.#maxima(w, this.ctx.node.inputs[1]!),
      this.#maxima(r, this.ctx.node.inputs[2]!),
    ];
    const weakest = (i: number) => preScales[this.table(i)]! * WEAK_MULTIPLIER * powerOfTwo(-MAX_SHIFT);
    const least = (i: number, beside: number) => Math.max(weakest(i), beside / FINEST);
    const wScales = own.map((scale, i) => weightScale(scale, least(i, other[i]! * state.scale) / x.scale));
    const rScales = other.map((scale, i) => weightScale(scale, least(i, own[i]! * x.scale) / state.scale));
    const largestX = Math.max(-x.type.qmin, x.type.qmax);
    return [this.#quantized(w, wScales, largestX), this.#quantized(r, rScales, state.largest)];
  }

  /** What |pre-activation| of each table can't pass, by the weights. */
  #bounds(): number[] {
    const { x, state, w, r, bias, recurrentBias, peephole } = this.spec;
    const sum = (t: Tensor, i: number) => {
      const terms = t.dims[2]!;
      return (t.data as Float32Array)
        .subarray(i * terms, (i + 1) * terms)
        .reduce((s, v) => s + Math.abs(v), 0);
    };
    const largestX = Math.max(-x.type.qmin, x.type.qmax) * x.scale;
    const bounds = this.spec.limits.map(() => 0);
    for (let i = 0; i < this.rows; i++) {
      const rest = Math.abs(bias[i]!) + Math.abs(recurrentBias?.[i] ?? 0);
      const peeped = Math.abs(peephole?.weights[i] ?? 0) * (peephole?.limit ?? 0);
      const all = sum(w, i) * largestX + sum(r, i) * state.largest * state.scale + rest + peeped;
      bounds[this.table(i)] = Math.max(bounds[this.table(i)]!, all);
    }
    return bounds;
  }

  /** Scales of the pre-activations: up to where the function changes no more, or to what the weights allow. */
  preScales(): number[] {
    const bounds = this.#bounds();
    return this.spec.limits.map((limit, table) => (Math.min(limit, bounds[table]!) || 1) / LARGEST);
  }

  /**
   * q1 of one product: sums that reach four times the pre-activation's range saturate. Beside peepholes, whose factor is near 1, it is as large as leaves
   * sums three bits below the pre-activation's unit: else the multiplier on their common shift would be weak.
   */
  firstShift({ sums, scales }: Rows, unit: number, preScales: readonly number[]): number {
    if (this.ctx.bits === 8) return 0;
    const factors = scales.map((scale, i) => (unit * scale) / preScales[this.table(i)]!);
    const largest = factors.reduce((most, r, i) => Math.max(most, Math.min(sums[i]!, (4 * LARGEST) / r)), 0);
    const least = accumulatorShift(largest);
    if (!this.spec.peephole) return least;
    const coarsest = factors.reduce((most, r) => Math.max(most, r), 0);
    let shift = least;
    while (shift < MAX_SHIFT && coarsest * powerOfTwo(shift + 1) <= 1 / 8) shift++;
    return shift;
  }

  /** [D, G, K] as [D, K, G]. */
  matrix({ q, terms }: Rows): Tensor {
    const [directions, perDirection] = [this.#directions, this.rows / this.#directions];
    const turned = q.slice();
    for (let d = 0; d < directions; d++)
      for (let g = 0; g < perDirection; g++)
        for (let k = 0; k < terms; k++)
          turned[(d * terms + k) * perDirection + g] = q[(d * perDirection + g) * terms + k]!;
    const dims = [directions, terms, perDirection];
    return turned instanceof Int8Array ? tensor("int8", dims, turned) : tensor("int16", dims, turned);
  }

  int16(values: readonly number[]): Tensor {
    return tensor("int16", this.dims, Int16Array.from(values));
  }

  int64(real: Float64Array, preScales: readonly number[], shifts: readonly number[]): Tensor {
    const integers = Array.from(real, (b, i) =>
      clamp(
        roundHalfEven((b / preScales[this.table(i)]!) * powerOfTwo(shifts[i]!)),
        -LARGEST_BIAS,
        LARGEST_BIAS,
      ),
    );
    return tensor("int64", this.dims, BigInt64Array.from(integers, BigInt));
  }

  get dims(): number[] {
    return [this.#directions, this.rows / this.#directions];
  }
}

/** The peephole multipliers of the rows that have them: all but the last gate's. */
function peepholeTensor(numbers: GateNumbers, values: readonly number[]): Tensor {
  const [directions, rows] = numbers.dims as [number, number];
  const kept = (rows / 4) * 3;
  const picked = values.filter((_, i) => i % rows < kept);
  return tensor("int16", [directions, kept], Int16Array.from(picked));
}

/** Quantizes the weights of all gates and chooses grids, multipliers and shifts. */
export function lowerGates(spec: GateSpec, ctx: LowerContext): Gates {
  const numbers = new GateNumbers(ctx, spec);
  const scales = numbers.preScales();
  const [w, r] = numbers.weights(scales);
  const q1 = numbers.firstShift(w, spec.x.scale, scales);
  const recurrentQ1 = numbers.firstShift(r, spec.state.scale, scales);
  const { peephole } = spec;
  const chosen = Array.from({ length: numbers.rows }, (_, i) => {
    const unit = scales[numbers.table(i)]!;
    const factors = [
      (spec.x.scale * w.scales[i]! * powerOfTwo(q1)) / unit,
      (spec.state.scale * r.scales[i]! * powerOfTwo(recurrentQ1)) / unit,
      ...(peephole ? [(peephole.weights[i]! * peephole.scale) / unit] : []),
    ];
    return chooseMultipliers(factors, ctx.node.name);
  });
  const shifts = chosen.map(({ shift }) => shift);
  const multipliers = (k: number) => chosen.map(({ m }) => m[k]!);
  const constants = {
    weight: numbers.matrix(w),
    recurrent_weight: numbers.matrix(r),
    bias: numbers.int64(spec.bias, scales, shifts),
    multiplier: numbers.int16(multipliers(0)),
    recurrent_multiplier: numbers.int16(multipliers(1)),
    shift: tensor("int8", numbers.dims, Int8Array.from(shifts)),
  };
  return {
    inputs: Object.entries(constants).map(([role, value]) => ctx.constantTensor(role, value)),
    recurrentBias: spec.recurrentBias
      ? ctx.constantTensor("recurrent_bias", numbers.int64(spec.recurrentBias, scales, shifts))
      : "",
    peephole: peephole ? ctx.constantTensor("peephole", peepholeTensor(numbers, multipliers(2))) : "",
    scales,
    attrs: ctx.bits === 16 ? { q1: attr.int(q1), recurrent_q1: attr.int(recurrentQ1) } : {},
  };
}
