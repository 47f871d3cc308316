import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Call, make } from "../integers.ts";

/** docs/fixed-ops.md, Recurrent ops, sample by sample and unit by unit. */

const clampTo = (value: bigint, low: bigint, high: bigint): bigint =>
  value < low ? low : value > high ? high : value;
const int16 = (value: bigint): bigint => clampTo(value, -32768n, 32767n);
const int32 = (value: bigint): bigint => clampTo(value, -(2n ** 31n), 2n ** 31n - 1n);
const rounded = (sum: bigint, q: bigint): bigint => (sum + (q > 0n ? 1n << (q - 1n) : 0n)) >> q;

/** Lut16 on int16, x_offset 32768. */
function lookup(call: Call, table: readonly number[], x: bigint): bigint {
  const bits = BigInt(call.int("frac_bits"));
  const u = x + 32768n;
  const [i, f] = [Number(u >> bits), u & ((1n << bits) - 1n)];
  const [left, right] = [BigInt(table[i]!), BigInt(table[i + 1]!)];
  return left + (((right - left) * f + (1n << (bits - 1n))) >> bits);
}

/** What the first seven inputs and the attributes say. */
class Layer {
  readonly steps: number;
  readonly samples: number;
  readonly directions: number;
  readonly rows: number;
  readonly hidden: number;
  readonly wide: boolean;

  constructor(readonly call: Call) {
    const [x, w, r] = call.inputs;
    [this.steps, this.samples] = [x!.dims[0]!, x!.dims[1]!];
    [this.directions, this.rows] = [w!.dims[0]!, w!.dims[2]!];
    this.hidden = r!.dims[1]!;
    this.wide = w!.dtype === "int16";
  }

  #sum(values: readonly bigint[], weights: readonly number[], at: (k: number) => number, q1: string): bigint {
    let sum = 0n;
    for (const [k, value] of values.entries()) sum += value * BigInt(weights[at(k)]!);
    return this.wide ? int32(sum >> BigInt(this.call.int(q1))) : sum;
  }

  /** A parameter of row g in direction d. */
  row(input: number, d: number, g: number): bigint {
    return BigInt(this.call.inputs[input]!.data[d * this.rows + g]!);
  }

  /** Σ x·w·m + bias. */
  fromInput(d: number, t: number, n: number, g: number): bigint {
    const [x, w] = this.call.inputs;
    const count = x!.dims[2]!;
    const values = x!.data
      .slice((t * this.samples + n) * count, (t * this.samples + n + 1) * count)
      .map(BigInt);
    const sum = this.#sum(values, w!.data, (k) => (d * count + k) * this.rows + g, "q1");
    return sum * this.row(4, d, g) + this.row(3, d, g);
  }

  /** Σ h·r·m. */
  fromState(d: number, h: readonly bigint[], g: number): bigint {
    const at = (k: number) => (d * this.hidden + k) * this.rows + g;
    return this.#sum(h, this.call.inputs[2]!.data, at, "recurrent_q1") * this.row(5, d, g);
  }

  shift(d: number, g: number): bigint {
    return this.row(6, d, g);
  }

  bounded(value: bigint): bigint {
    return clampTo(value, BigInt(this.call.int("qmin")), BigInt(this.call.int("qmax")));
  }

  /** One input as bigint; a single element. */
  one(input: number, i = 0): bigint {
    return BigInt(this.call.inputs[input]!.data[i]!);
  }

  table(input: number, x: bigint): bigint {
    return lookup(this.call, this.call.inputs[input]!.data, x);
  }

  /** States of direction d and sample n, int16 or int8. */
  initial(input: number, d: number, n: number): bigint[] {
    const from = (d * this.samples + n) * this.hidden;
    return this.call.inputs[input]!.data.slice(from, from + this.hidden).map(BigInt);
  }
}

interface Recurrence {
  readonly lengths: number;
  readonly states: readonly number[];
  /** New states from old ones at time t; the first is what the next layer sees, through `visible`. */
  step(d: number, n: number, t: number, states: bigint[][]): bigint[][];
  visible(state: bigint): bigint;
}

/** Y [T, D, N, H], and final states [D, N, H]. */
function run(
  layer: Layer,
  { lengths, states, step, visible }: Recurrence,
): { y: number[]; last: bigint[][] } {
  const { steps, samples, directions, hidden, call } = layer;
  const y = new Array<number>(steps * directions * samples * hidden).fill(0);
  const last: bigint[][] = states.map(() => []);
  for (let d = 0; d < directions; d++)
    for (let n = 0; n < samples; n++) {
      let current = states.map((input) => layer.initial(input, d, n));
      const length = call.inputs[lengths]!.data[n]!;
      for (let s = 0; s < length; s++) {
        const t = call.ints("reversed")[d] === 1 ? length - 1 - s : s;
        current = step(d, n, t, current);
        const from = ((t * directions + d) * samples + n) * hidden;
        for (const [j, state] of current[0]!.entries()) y[from + j] = Number(visible(state));
      }
      for (const [i, state] of current.entries()) last[i]!.push(...state);
    }
  return { y, last };
}

function outputs(
  layer: Layer,
  y: number[],
  states: readonly (readonly [bigint[], "own" | "int16"])[],
): Tensor[] {
  const { steps, samples, directions, hidden, wide } = layer;
  const own = wide ? "int16" : "int8";
  const dims = [directions, samples, hidden];
  return [
    make(own, [steps, ...dims], y),
    ...states.map(([state, dtype]) => make(dtype === "own" ? own : dtype, dims, state.map(Number))),
  ];
}

const units = (layer: Layer): number[] => Array.from({ length: layer.hidden }, (_, j) => j);

export function lstmTwin(call: Call): Tensor[] {
  const layer = new Layer(call);
  const { hidden } = layer;
  const hasPeepholes = call.inputs.length === 20;
  const peephole = (d: number, gate: number, j: number, c: bigint): bigint =>
    hasPeepholes ? c * BigInt(call.inputs[19]!.data[(d * 3 + gate) * hidden + j]!) : 0n;
  const { y, last } = run(layer, {
    lengths: 18,
    states: [16, 17],
    visible: (h) => h,
    step(d, n, t, [h, c]) {
      const gate = (k: number, j: number, extra: bigint, table = 7): bigint => {
        const g = k * hidden + j;
        const sum = layer.fromInput(d, t, n, g) + layer.fromState(d, h!, g) + extra;
        return layer.table(table, int16(rounded(sum, layer.shift(d, g))));
      };
      const cells = units(layer).map((j) => {
        const i = gate(0, j, peephole(d, 0, j, c![j]!));
        const f = gate(2, j, peephole(d, 2, j, c![j]!));
        const g = gate(3, j, 0n, 8);
        return int16(rounded(f * c![j]! * layer.one(10, 0) + i * g * layer.one(10, 1), layer.one(11)));
      });
      const hs = units(layer).map((j) => {
        const o = gate(1, j, peephole(d, 1, j, cells[j]!));
        return layer.bounded(rounded(o * layer.table(9, cells[j]!) * layer.one(12), layer.one(13)));
      });
      return [hs, cells];
    },
  });
  const c = last[1]!.map((value) => int16(rounded(value * layer.one(14), layer.one(15))));
  return outputs(layer, y, [
    [last[0]!, "own"],
    [c, "int16"],
  ]);
}

export function gruTwin(call: Call): Tensor[] {
  const layer = new Layer(call);
  const { hidden, wide } = layer;
  const bits = BigInt(call.int("gate_bits"));
  const carry = wide ? 0n : 8n;
  const isLinear = call.inputs.length === 14;
  const visible = (state: bigint): bigint => (wide ? state : layer.bounded(rounded(state, carry)));
  const { y, last } = run(layer, {
    lengths: 12,
    states: [11],
    visible,
    step(d, n, t, [state]) {
      const h = state!.map(visible);
      const gate = (g: number): bigint => {
        const sum = layer.fromInput(d, t, n, g) + layer.fromState(d, h, g);
        return layer.table(7, int16(rounded(sum, layer.shift(d, g))));
      };
      const resets = units(layer).map((j) => gate(hidden + j));
      const reset = state!.map((one, j) => layer.bounded(rounded(resets[j]! * one, bits + carry)));
      const pre = (j: number): bigint => {
        const g = 2 * hidden + j;
        const q = layer.shift(d, g);
        const x = layer.fromInput(d, t, n, g);
        if (!isLinear) return rounded(x + layer.fromState(d, reset, g), q);
        const own = rounded(layer.fromState(d, h, g) + layer.row(13, d, g), q);
        return rounded(x, q) + rounded(resets[j]! * own, bits);
      };
      const next = units(layer).map((j) => {
        const z = gate(j);
        const candidate = layer.table(8, int16(pre(j)));
        const sum = z * state![j]! * layer.one(9, 0) + ((1n << bits) - z) * candidate * layer.one(9, 1);
        return int16(rounded(sum, layer.one(10)));
      });
      return [next];
    },
  });
  return outputs(layer, y, [[last[0]!.map(visible), "own"]]);
}

export function rnnTwin(call: Call): Tensor[] {
  const layer = new Layer(call);
  const { y, last } = run(layer, {
    lengths: 11,
    states: [10],
    visible: (h) => h,
    step(d, n, t, [h]) {
      const next = units(layer).map((j) => {
        const sum = layer.fromInput(d, t, n, j) + layer.fromState(d, h!, j);
        const activation = layer.table(7, int16(rounded(sum, layer.shift(d, j))));
        return layer.bounded(rounded(activation * layer.one(8), layer.one(9)));
      });
      return [next];
    },
  });
  return outputs(layer, y, [[last[0]!, "own"]]);
}
