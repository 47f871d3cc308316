import { beforeAll, describe, expect, test } from "vitest";
import { CHUNK } from "../../core-ts/kernels/arena.ts";
import type { Kernels, UnaryFunction } from "../../core-ts/kernels/kernels.ts";
import { UNARY_CODES } from "../../core-ts/kernels/unary.ts";
import { KERNEL_KINDS, loadKernels } from "../support/kernels.ts";
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

  test("outside of its domain a function takes the value at the border", () => {
    const x = Float64Array.of(-2, -0.5, 0, 1.5);
    const at = (fn: UnaryFunction, alpha = 0) => [...loaded.get(kind)!.evaluate(fn, x, alpha, 0)];
    const [least, most] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
    expect(at("log").slice(0, 3)).toEqual([least, least, least]);
    expect(at("sqrt").slice(0, 3)).toEqual([0, 0, 0]);
    expect(at("power", 0.5).slice(0, 3)).toEqual([0, 0, 0]);
    expect(at("power", -1.5).slice(0, 3)).toEqual([most, most, most]);
    expect(at("power", -2)).toEqual([0.25, 4, most, 1 / 2.25]);
    expect(at("reciprocal").slice(0, 3)).toEqual([-0.5, -2, most]);
    expect(at("atanh")).toEqual([least, Math.atanh(-0.5), 0, most]);
    expect(at("acosh").slice(0, 3)).toEqual([0, 0, 0]);
    expect([at("asin")[0], at("acos")[3]]).toEqual([-Math.PI / 2, 0]);
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
