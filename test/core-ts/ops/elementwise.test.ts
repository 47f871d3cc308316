import { describe, expect, it } from "vitest";
import { tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { normals, random } from "../../support/numbers.ts";
import { attr, type OneOp, quantizeOne } from "../../support/one-op.ts";
import { buildModel } from "../../support/text-model.ts";
import { outputSqnr, wholeWay } from "../../support/whole-way.ts";

const next = random(3);
const w = (...dims: number[]) => normals(dims, next, 0.5);
const x = [1, 4, 9, 11];
const number = (value: number) => tensor("float32", [], Float32Array.of(value));

/** The bars of accuracy.test.ts: each operand's grid and the output's add noise 41 dB (8 bit) or 83 dB (16 bit, thresholds doubled) below a normal tensor. */
const BAR = { 8: 30, 16: 72 } as const;

const CASES: Record<string, OneOp> = {
  Max: { op: "Max", inputs: [x, x] },
  "Max of four, two of them constants": { op: "Max", inputs: [w(4, 1, 1), x, number(-1), [9, 11]] },
  Min: { op: "Min", inputs: [x, x] },
  "Min, broadcasting": {
    op: "Min",
    inputs: [
      [1, 4, 1, 11],
      [4, 9, 1],
    ],
  },
  "Max with a constant": { op: "Max", inputs: [number(0.25), x] },
  "Min with a constant per channel": { op: "Min", inputs: [x, w(4, 1, 1)] },
  Sum: { op: "Sum", inputs: [x, x] },
  "Sum of three": { op: "Sum", inputs: [x, x, x] },
  "Sum of five, constants first, broadcasting": {
    op: "Sum",
    inputs: [w(1, 4, 1, 1), number(0.5), x, [11], x],
  },
  "Sum with Relu": { op: "Sum", inputs: [x, x], activation: "Relu" },
  Mean: { op: "Mean", inputs: [x, x] },
  "Mean of three with a constant": { op: "Mean", inputs: [x, w(9, 1), x] },
  "Mean of four": { op: "Mean", inputs: [x, x, x, x] },
  "Where with a constant condition": {
    op: "Where",
    inputs: [
      tensor(
        "bool",
        [1, 1, 1, 11],
        Uint8Array.from({ length: 11 }, (_, i) => i % 2),
      ),
      x,
      x,
    ],
  },
  "Where with a constant branch": {
    op: "Where",
    inputs: [
      tensor(
        "bool",
        [9, 11],
        Uint8Array.from({ length: 99 }, (_, i) => i % 3 && 1),
      ),
      number(0.7),
      x,
    ],
  },
  "Mod of a longer period": {
    op: "Mod",
    inputs: [x, number(-7.5)],
    attrs: { fmod: attr.int(1) },
  },
  "Add, the constant has more axes": { op: "Add", inputs: [[4, 3], w(1, 2, 1, 3)] },
  "Add of a scalar input": { op: "Add", inputs: [[], x] },
  "Sub, broadcasting both ways": { op: "Sub", inputs: [[3, 1], [4]] },
  "Sub from a constant": { op: "Sub", inputs: [number(1), x] },
  "Mul by a constant of rank 5": { op: "Mul", inputs: [x, w(1, 1, 4, 1, 1)] },
  "Mul, broadcasting": { op: "Mul", inputs: [x, [4, 1, 1]] },
  "Div by a constant per channel": {
    op: "Div",
    inputs: [x, tensor("float32", [4, 1, 1], Float32Array.of(1, -0.5, 2, 1.5))],
  },
  "Div by a tensor": {
    op: "Div",
    inputs: [x, [4, 1, 1]],
    domain: (v) => 1 + Math.abs(v),
  },
  "Div of a constant": { op: "Div", inputs: [w(11), x], domain: (v) => 1 + Math.abs(v) },
  "PRelu, one slope": { op: "PRelu", inputs: [x, tensor("float32", [1], Float32Array.of(0.2))] },
  "PRelu, a slope of all elements": { op: "PRelu", inputs: [x, w(4, 9, 11)] },
};

describe.each([8, 16] as const)("elementwise ops at %i bit keep their accuracy", (bits) => {
  it.each(Object.entries(CASES))("%s", async (_name, spec) => {
    for (const chip of ["TX5368AV200", "generic"]) {
      const result = await quantizeOne(spec, { bits, chip });
      expect(result.prepared.floatLayers).toEqual([]);
      for (const db of result.sqnrDb) expect(db).toBeGreaterThan(BAR[bits]);
    }
  });

  it("Mod wraps at the divisor; next to it the rest may be on the other side", async () => {
    const spec: OneOp = { op: "Mod", inputs: [[1, 2000], number(0.75)], attrs: { fmod: attr.int(1) } };
    const model = buildModel({
      inputs: { x: [1, 2000] },
      constants: { c: number(0.75) },
      nodes: [["y", "Mod", "x c", spec.attrs!]],
      outputs: "y",
    });
    const { float, fixed, prepared } = await wholeWay(model, { options: { bits } });
    expect(prepared.floatLayers).toEqual([]);
    // A step of x, and one of y, in real units.
    const step = bits === 8 ? 8 / 127 : 16 / 32767;
    let wrapped = 0;
    for (const [i, answers] of float.entries()) {
      const [a, b] = [answers.get("y")!, fixed[i]!.get("y")!].map(toNumbers) as [number[], number[]];
      for (const [k, real] of a.entries()) {
        const off = Math.abs(real - b[k]!);
        if (off > step) wrapped++;
        expect(Math.min(off, Math.abs(off - 0.75))).toBeLessThan(step);
      }
    }
    expect(wrapped / 8000).toBeLessThan(bits === 8 ? 0.08 : 0.001);
  });
});

describe.each([8, 16] as const)("comparisons at %i bit", (bits) => {
  it.each(["Less", "LessOrEqual", "Greater", "GreaterOrEqual"])("%s is right but for ties", async (op) => {
    const specs: OneOp[] = [
      { op, inputs: [x, x] },
      { op, inputs: [x, number(0.3)] },
      { op, inputs: [w(4, 1, 1), x] },
      { op, inputs: [x, number(100)] },
    ];
    for (const spec of specs) {
      const result = await quantizeOne(spec, { bits });
      expect(result.prepared.floatLayers).toEqual([]);
      expect(result.equal[0]!).toBeGreaterThan(bits === 8 ? 0.975 : 0.9998);
    }
  });

  it("finds equal what is the same value on another scale, and exactly one of <, =, > holds", async () => {
    const model = buildModel({
      inputs: { x: [1, 500], y: [1, 500] },
      constants: { five: number(5), third: number(0.3) },
      nodes: [
        ["large", "Mul", "y five"],
        ["top", "Max", "x large"],
        ["same", "Equal", "top x"],
        ["below", "Less", "x top"],
        ["above", "Greater", "x top"],
        ["clipped", "Clip", "x _ third"],
        ["reached", "GreaterOrEqual", "clipped third"],
      ],
      outputs: "same below above reached top large",
    });
    const { float, fixed, prepared } = await wholeWay(model, { options: { bits } });
    expect(prepared.floatLayers).toEqual([]);
    for (const [i, answers] of float.entries()) {
      const at = (name: string) => toNumbers(fixed[i]!.get(name)!);
      const [same, below, above, reached] = ["same", "below", "above", "reached"].map(at) as number[][];
      const [top, large] = [answers.get("top")!, answers.get("large")!].map(toNumbers) as [
        number[],
        number[],
      ];
      for (const [k, isSame] of toNumbers(answers.get("same")!).entries()) {
        // Where x and the other value are closer than two steps of the result, their integers may win the other way round.
        if (isSame && top[k]! - large[k]! > 0.3) expect(same![k]).toBe(1);
        expect(same![k]! + below![k]! + above![k]!).toBe(1);
      }
      for (const [k, isReached] of toNumbers(answers.get("reached")!).entries())
        if (isReached) expect(reached![k]).toBe(1);
    }
  });

  it("feed Where through And, Or, Xor and Not, all of it in integers", async () => {
    const model = buildModel({
      inputs: { x: [1, 300], y: [1, 300] },
      constants: { low: number(-0.5), high: number(0.5), minus: number(-1) },
      nodes: [
        ["a", "Greater", "x low"],
        ["b", "LessOrEqual", "y high"],
        ["both", "And", "a b"],
        ["either", "Or", "a b"],
        ["one", "Xor", "both either"],
        ["other", "Not", "one"],
        ["flipped", "Mul", "x minus"],
        ["z", "Where", "other flipped y"],
      ],
      outputs: "z",
    });
    for (const ir of ["fixed", "qdq"] as const) {
      const way = await wholeWay(model, { options: { bits, ir } });
      expect(way.prepared.floatLayers).toEqual([]);
      // A condition that flips for values within a step of the bound costs the square of the difference of the branches.
      expect(outputSqnr(way, "z")).toBeGreaterThan(bits === 8 ? 10 : 35);
    }
  });
});

describe("operands of two widths", () => {
  const model = buildModel({
    inputs: { x: [1, 400], y: [1, 400] },
    constants: { half: number(0.5) },
    nodes: [
      ["a", "Mul", "x half"],
      ["b", "Add", "y x"],
      ["less", "Less", "a b"],
      ["low", "Min", "a b"],
      ["high", "Max", "a b"],
      ["z", "Where", "less low high"],
    ],
    outputs: "z",
  });

  it.each(["a", "b", "low", "z"])("node_%s at 16 bit among 8", async (name) => {
    const mix = new Map([[`node_${name}`, { bits: 16, mode: "min_max" }]] as const);
    const way = await wholeWay(model, { options: { mix } });
    expect(way.prepared.floatLayers).toEqual([]);
    expect(outputSqnr(way, "z")).toBeGreaterThan(25);
  });
});

describe("elementwise ops stay float, with the reason", () => {
  const reasonOf = async (spec: OneOp) => {
    const { floatLayers } = (await quantizeOne(spec, { bits: 8 })).prepared;
    return floatLayers[0]?.reason;
  };

  it("Mod by something else than one constant", async () => {
    const fmod = { fmod: attr.int(1) };
    expect(await reasonOf({ op: "Mod", inputs: [x, x], attrs: fmod })).toMatch(/its divisor .* at run time/);
    expect(await reasonOf({ op: "Mod", inputs: [x, w(11)], attrs: fmod })).toMatch(/has several elements/);
    expect(
      await reasonOf({
        op: "Mod",
        inputs: [[3], tensor("float32", [1, 1], Float32Array.of(2))],
        attrs: fmod,
      }),
    ).toMatch(/more axes/);
  });
});
