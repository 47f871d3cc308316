import { beforeAll, describe, expect, test } from "vitest";
import { CHUNK } from "../../core-ts/kernels/arena.ts";
import type { Kernels, TableSpec, UnaryFunction } from "../../core-ts/kernels/kernels.ts";
import { UNARY_CODES } from "../../core-ts/kernels/unary.ts";
import { KERNEL_KINDS, loadKernels } from "../support/kernels.ts";
import { roundHalfEven } from "./twins/arithmetic.ts";
import { DEFINITIONS, preciseErf } from "./twins/functions.ts";
import { expectSameBits, seeded } from "./twins/samples.ts";

const FUNCTIONS = Object.keys(UNARY_CODES) as UnaryFunction[];

/** The engine's functions are themselves off by up to an ulp, 1.1e-16 to 2.2e-16 relative; sigmoid adds three roundings. */
const TOLERANCE = 1e-15;

/** gelu has -x/√2 rounded before exp(-x²/2), gelu_tanh the whole argument of exp: up to 60 roundings of the argument at |x| = 8. */
const TOLERANCES: Partial<Record<UnaryFunction, number>> = {
  gelu: 1e-14,
  gelu_tanh: 2e-14,
};

const loaded = new Map<string, Kernels>();
beforeAll(async () => {
  for (const kind of KERNEL_KINDS) loaded.set(kind, await loadKernels(kind));
});

describe.each(KERNEL_KINDS)("%s functions", (kind) => {
  test.each(FUNCTIONS)("%s agrees with its definition", (fn) => {
    const random = seeded(7);
    const x = Float64Array.from({ length: 500 }, (_, i) => {
      const magnitude = i < 250 ? random() * 8 : 2 ** (random() * 40 - 37);
      return random() < 0.5 ? magnitude : -magnitude;
    });
    const tolerance = TOLERANCES[fn] ?? TOLERANCE;
    const y = loaded.get(kind)!.evaluate(fn, x, 0.3, 0.4);
    x.forEach((v, i) => {
      const expected = DEFINITIONS[fn](v, 0.3, 0.4);
      if (!Number.isFinite(expected)) expect(y[i], `${fn}(${v})`).toBe(expected);
      else
        expect(Math.abs(y[i]! - expected), `${fn}(${v})`).toBeLessThanOrEqual(tolerance * Math.abs(expected));
    });
  });

  test("erf at the special values, and next to the seam of its two expansions", () => {
    const x = Float64Array.of(
      0,
      -0,
      1e300,
      -1e300,
      Number.POSITIVE_INFINITY,
      5e-324,
      2.5,
      2.5 - 4.5e-16,
      5.999,
      6.001,
    );
    const y = loaded.get(kind)!.evaluate("erf", x, 0, 0);
    expect([...y.subarray(0, 5)]).toEqual([0, -0, 1, -1, 1]);
    expect(y[5]).toBe(5e-324);
    for (let i = 6; i < 10; i++) expect(Math.abs(y[i]! / preciseErf(x[i]!) - 1)).toBeLessThan(TOLERANCE);
    expect(loaded.get(kind)!.evaluate("erf", Float64Array.of(Number.NaN), 0, 0)[0]).toBeNaN();
  });

  test("functions saturate without NaN far from 0", () => {
    const x = Float64Array.of(-1e4, 1e4);
    const at = (fn: UnaryFunction) => [...loaded.get(kind)!.evaluate(fn, x, 0.2, 0.5)];
    expect(at("sigmoid")).toEqual([0, 1]);
    expect(at("tanh")).toEqual([-1, 1]);
    expect(at("exp")).toEqual([0, Number.POSITIVE_INFINITY]);
    expect(at("hard_swish")).toEqual([-0, 1e4]);
    for (const fn of ["gelu", "gelu_tanh", "swish", "mish"] as const) expect(at(fn)).toEqual([-0, 1e4]);
  });

  test("gates are closed at -Inf and open at Inf", () => {
    const x = Float64Array.of(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
    for (const fn of ["gelu", "gelu_tanh", "swish", "mish"] as const)
      expect([...loaded.get(kind)!.evaluate(fn, x, 1, 0)], fn).toEqual([-0, Number.POSITIVE_INFINITY]);
    expect([...loaded.get(kind)!.evaluate("softsign", x, 1, 0)]).toEqual([-1, 1]);
  });

  test("both builds give the same bits, over more than one chunk", () => {
    const random = seeded(8);
    const x = Float64Array.from({ length: CHUNK + 1 }, () => (random() - 0.5) * 40);
    for (const fn of FUNCTIONS) {
      const [a, b] = KERNEL_KINDS.map((k) => loaded.get(k)!.evaluate(fn, x, 0.2, 0.5));
      expectSameBits(a!, b!);
    }
  });
});

describe.each(KERNEL_KINDS)("%s tables", (kind) => {
  const build = (spec: Partial<TableSpec>) =>
    loaded.get(kind)!.buildTable({
      ...{ fn: "leaky_relu", alpha: 1, beta: 0, scaleIn: 1, first: -128, step: 1, count: 256 },
      ...{ scaleOut: 1, qmin: -128, qmax: 127 },
      ...spec,
    });

  test("entries are rounded half to even and saturate", () => {
    const expected = Array.from({ length: 256 }, (_, i) => roundHalfEven((i - 128) / 2) + 0);
    expect([...build({ scaleIn: 0.5 })].map((v) => v + 0)).toEqual(expected);
    expect([...build({ scaleIn: 8, count: 3, first: -20, step: 20 })]).toEqual([-128, 0, 127]);
  });

  test("a 16-bit sigmoid table of 2^10 + 1 entries", () => {
    const table = build({
      fn: "sigmoid",
      scaleIn: 8 / 32767,
      first: -32768,
      step: 64,
      count: 1025,
      scaleOut: 1 / 32767,
      qmin: -32768,
      qmax: 32767,
    });
    for (let i = 0; i < 1025; i++) {
      expect(table[i]).toBe(roundHalfEven((1 / (1 + Math.exp(-((i * 64 - 32768) * 8) / 32767))) * 32767));
    }
  });

  test("outside their domain log and sqrt take the value at 0; 1/0 saturates", () => {
    const range = { first: -2, count: 4, scaleOut: 0.5 };
    expect([...build({ fn: "log", ...range })]).toEqual([-128, -128, -128, 0]);
    expect([...build({ fn: "sqrt", ...range })]).toEqual([0, 0, 0, 2]);
    expect([...build({ fn: "reciprocal", ...range })]).toEqual([-1, -2, 127, 2]);
    expect([...build({ fn: "power", alpha: 0.5, ...range })]).toEqual([0, 0, 0, 2]);
    expect([...build({ fn: "power", alpha: -1.5, ...range })]).toEqual([127, 127, 127, 2]);
    expect([...build({ fn: "sin", ...range, scaleIn: Number.POSITIVE_INFINITY })]).toEqual([0, 0, 0, 0]);
  });
});
