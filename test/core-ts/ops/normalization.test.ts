import { describe, expect, it } from "vitest";
import type { Feeds } from "../../../core-ts/backend.ts";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { attr, modelOf, type OneOp, quantizeOne } from "../../support/one-op.ts";
import { floats } from "../../support/optimized.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const next = random(11);
const w = (...dims: number[]) => normals(dims, next, 0.3);
const scale = (count: number) =>
  tensor(
    "float32",
    [count],
    Float32Array.from({ length: count }, () => 0.5 + next()),
  );

/**
 * The bars of accuracy.test.ts: the noise of the input's and of the output's grid, each 41 dB below a normal tensor at 8 bit and 89 at 16, of which
 * the doubled thresholds take 6 each. The inner grid, 2^-22 of a row's norm, adds nothing.
 */
const BAR = { 8: 35, 16: 76 } as const;

const CASES: Record<string, OneOp> = {
  LayerNormalization: {
    op: "LayerNormalization",
    inputs: [[2, 7, 48], scale(48), w(48)],
    attrs: { epsilon: attr.float(1e-6) },
  },
  "LayerNormalization without bias": { op: "LayerNormalization", inputs: [[2, 7, 48], scale(48)] },
  "LayerNormalization of two axes": {
    op: "LayerNormalization",
    inputs: [[1, 5, 6, 8], floats([6, 8]), floats([6, 8])],
    attrs: { axis: attr.int(2) },
  },
  "LayerNormalization of all but one axis, counted from the end": {
    op: "LayerNormalization",
    inputs: [[1, 5, 6, 8], floats([5, 6, 8])],
    attrs: { axis: attr.int(-3) },
  },
  "LayerNormalization with a large epsilon": {
    op: "LayerNormalization",
    inputs: [[2, 7, 48], scale(48), w(48)],
    attrs: { epsilon: attr.float(3) },
  },
  "LayerNormalization of numbers so small that epsilon decides": {
    op: "LayerNormalization",
    inputs: [[2, 7, 48], scale(48)],
    spread: 1e-9,
  },
  "LayerNormalization of large numbers": {
    op: "LayerNormalization",
    inputs: [[2, 7, 48], scale(48), w(48)],
    spread: 3e4,
  },
  "LayerNormalization with Relu": {
    op: "LayerNormalization",
    inputs: [[2, 7, 48], scale(48), w(48)],
    activation: "Relu",
  },
  InstanceNormalization: { op: "InstanceNormalization", inputs: [[1, 4, 9, 11], scale(4), w(4)] },
  "InstanceNormalization 1-D": { op: "InstanceNormalization", inputs: [[2, 4, 33], scale(4), w(4)] },
  "InstanceNormalization of a large image": {
    op: "InstanceNormalization",
    inputs: [[1, 2, 160, 160], scale(2), w(2)],
  },
  GroupNormalization: {
    op: "GroupNormalization",
    inputs: [[2, 6, 5, 7], scale(6), w(6)],
    attrs: { num_groups: attr.int(2), epsilon: attr.float(1e-3) },
  },
  "GroupNormalization 3-D": {
    op: "GroupNormalization",
    inputs: [[1, 6, 3, 4, 5], scale(6), w(6)],
    attrs: { num_groups: attr.int(3) },
  },
  SimplifiedLayerNormalization: {
    op: "SimplifiedLayerNormalization",
    inputs: [[2, 7, 48], scale(48)],
    attrs: { epsilon: attr.float(1e-6), axis: attr.int(-1) },
  },
  MeanVarianceNormalization: { op: "MeanVarianceNormalization", inputs: [[1, 4, 9, 11]] },
  "MeanVarianceNormalization, named axes": {
    op: "MeanVarianceNormalization",
    inputs: [[1, 4, 9, 11]],
    attrs: { axes: attr.ints([-1, 1]) },
  },
  "BatchNormalization of a matrix": {
    op: "BatchNormalization",
    inputs: [[5, 16], w(16), w(16), w(16), scale(16)],
  },
  "BatchNormalization 3-D": {
    op: "BatchNormalization",
    inputs: [[1, 4, 3, 5, 6], w(4), w(4), w(4), scale(4)],
    attrs: { epsilon: attr.float(0.1) },
  },
};

describe.each([8, 16] as const)("normalisation at %i bit keeps its accuracy", (bits) => {
  it.each(Object.entries(CASES))("%s", async (_name, spec) => {
    for (const chip of ["TX5368AV200", "generic"]) {
      const result = await quantizeOne(spec, { bits, chip });
      expect(result.prepared.floatLayers).toEqual([]);
      for (const db of result.sqnrDb) expect(db).toBeGreaterThan(BAR[bits]);
    }
  });
});

/** LayerNormalization in float64, row by row. */
function exact(x: readonly number[], n: number, epsilon: number): { y: number[]; sigma: number[] } {
  const [y, sigma]: [number[], number[]] = [[], []];
  for (let from = 0; from < x.length; from += n) {
    const row = x.slice(from, from + n);
    const mean = row.reduce((a, b) => a + b, 0) / n;
    const spread = Math.sqrt(row.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n + epsilon);
    for (const v of row) {
      y.push((v - mean) / spread);
      sigma.push(spread);
    }
  }
  return { y, sigma };
}

const N = 48;
const ROWS: Record<string, (k: number) => number> = {
  ordinary: () => (next() - 0.5) * 8,
  constant: () => 2.75,
  "all zero": () => 0,
  "little around a large offset": () => 3.5 + (next() - 0.5) * 0.02,
  "one step apart": (k) => (k === 7 ? 0.001 : 0),
  "one of all elements": (k) => (k === 0 ? 4 : -0.1),
  "both ends": (k) => (k % 2 === 0 ? 4 : -4),
};

describe.each([8, 16] as const)("rows at %i bit", (bits) => {
  it("differ from LayerNormalization of the very integers by half a step, the multiplier's rounding and what the mean's grid leaves", async () => {
    const names = Object.keys(ROWS);
    const x = tensor(
      "float32",
      [1, names.length, N],
      Float32Array.from(names.flatMap((name) => Array.from({ length: N }, (_, k) => ROWS[name]!(k)))),
    );
    const epsilon = Math.fround(1e-5);
    const model = modelOf({
      op: "LayerNormalization",
      inputs: [x.dims, floats([N], new Array<number>(N).fill(1))],
      attrs: { epsilon: attr.float(epsilon) },
    });
    const batches: Feeds[] = [new Map([["x0", x]])];
    const result = await wholeWay(model, { options: { bits }, batches });
    expect(result.prepared.floatLayers).toEqual([]);
    const scaleOf = (name: string) => result.quantized.quantized.meaning.values.get(name)!.scale;
    const [step, out] = [scaleOf("x0"), scaleOf("y0")];
    const seen = Array.from(x.data, (v) => Math.round(v / step) * step);
    const { y, sigma } = exact(seen, N, epsilon);
    // The mean is off by 2^-9 step at 8 bit (8 fraction bits) and 2^-8 at 16 (7: 48 squares of 23 bits fit 2^51).
    const meanError = step * (bits === 8 ? 2 ** -9 : 2 ** -8);
    for (const [i, found] of toNumbers(result.fixed[0]!.get("y0")!).entries())
      expect(Math.abs(found - y[i]!)).toBeLessThanOrEqual(
        0.501 * out + Math.abs(y[i]!) * 2 ** -15 + (1.01 * meanError) / sigma[i]!,
      );
  });

  it("with a mean of 100 sigma keep what the input's grid left of them", async () => {
    const spec: OneOp = { op: "LayerNormalization", inputs: [[4, N], scale(N)] };
    const x = (k: number) => {
      const values = normals([4, N], random(k));
      return tensor(
        "float32",
        [4, N],
        Float32Array.from(toNumbers(values), (v) => v + 100),
      );
    };
    const batches = [1, 2, 3].map((k): Feeds => new Map([["x0", x(k)]]));
    const result = await wholeWay(modelOf(spec), { options: { bits }, batches });
    // 10·log10(12·(1/step)²): step 104/127 at 8 bit, 208/32767 at 16; the output's own noise is far below.
    expect(outputSqnr(result, "y0")).toBeGreaterThan(bits === 8 ? 11 : 53);
  });

  it("with a channel 50 times the others have the noise of the output's grid in 63 channels", async () => {
    const gains = floats([64], [50, ...new Array<number>(63).fill(1)]);
    const result = await quantizeOne(
      { op: "LayerNormalization", inputs: [[2, 9, 64], gains, w(64)] },
      { bits },
    );
    // 64 channels share the signal of one: 41 - 18 dB at 8 bit, 83 - 18 at 16.
    expect(result.sqnrDb[0]!).toBeGreaterThan(bits === 8 ? 22 : 64);
  });
});

describe("stays float, with the reason", () => {
  const because = async (spec: OneOp) => {
    const { floatLayers } = (await wholeWay(modelOf(spec))).prepared;
    return floatLayers.map(({ reason }) => reason);
  };

  it.each<[string, OneOp, string]>([
    [
      "statistics that are read",
      { op: "LayerNormalization", inputs: [[2, 8], scale(8)], outputs: 3 },
      'its statistics ("y1", output Mean or InvStdDev) are read, and integers hold only its first output',
    ],
    [
      "scale computed at run time",
      { op: "LayerNormalization", inputs: [[2, 8], [8]] },
      'its scale ("x1") is computed at run time; only a constant scale is supported',
    ],
    [
      "bias computed at run time",
      { op: "InstanceNormalization", inputs: [[1, 3, 8], scale(3), [3]] },
      'its bias ("x2") is computed at run time; only a constant bias is supported',
    ],
    [
      "a row too long for exact sums",
      { op: "InstanceNormalization", inputs: [[1, 1, 1025, 1024], scale(1), scale(1)] },
      "it normalises rows of 1049600 elements; sums of squares are exact up to 1048576 elements",
    ],
    [
      "parameters of BatchNormalization computed at run time",
      { op: "BatchNormalization", inputs: [[1, 3, 8], scale(3), [3], scale(3), scale(3)] },
      'its parameter ("x2") is computed at run time; only a constant parameter is supported',
    ],
  ])("%s", async (_, spec, reason) => {
    expect(await because(spec)).toEqual([reason]);
  });
});
