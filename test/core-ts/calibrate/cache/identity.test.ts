import { describe, expect, it } from "vitest";
import type { CalibrationCache } from "../../../../core-ts/calibrate/cache/format.ts";
import {
  checkCache,
  DataFingerprint,
  digestOf,
  modelDigest,
} from "../../../../core-ts/calibrate/cache/identity.ts";
import { findChip } from "../../../../core-ts/chips/index.ts";
import { createStats } from "../../../../core-ts/observers/histogram.ts";
import type { QuantPlan, ValuePlan } from "../../../../core-ts/plan/plan.ts";
import { tensor } from "../../../../core-ts/tensor/tensor.ts";
import { graph, model, value } from "../../../support/build-model.ts";

const withWeight = (w: number) =>
  model(
    graph({
      inputs: [value("x", [1])],
      outputs: [value("y", [1])],
      nodes: ["Add x w -> y"],
      constants: { w: tensor("float32", [1], Float32Array.of(w)) },
    }),
  );

function planOf(own: readonly string[], unified: readonly [string, string][] = []): QuantPlan {
  const held: ValuePlan = { kind: "own", bits: 8, signed: true, observer: "kl" };
  const values = new Map(own.map((name) => [name, held] as const));
  return { chip: findChip("generic"), nodes: [], values, lutLength: 10, unified: new Map(unified) };
}

function cacheOf(own: readonly string[], unified: readonly string[] = []): CalibrationCache {
  const stats = new Map(own.map((name) => [name, createStats()] as const));
  const snapshots = [{ iteration: 1, batches: 1, ranges: { stats, samples: 1 } }];
  return { model: modelDigest(withWeight(1)), unified, snapshots, results: [] };
}

describe("checkCache", () => {
  const use = (plan: QuantPlan, w = 1) => ({ model: withWeight(w), plan, file: "c.cache" });

  it("takes a cache of the same model that has what the plan needs, and more", () => {
    expect(() => checkCache(cacheOf(["x", "y", "z"]), use(planOf(["y", "x"])))).not.toThrow();
  });

  it("refuses another model: one weight is enough", () => {
    expect(() => checkCache(cacheOf(["x"]), use(planOf(["x"]), 2))).toThrow(
      "c.cache was made from another model",
    );
  });

  it("names the values that are missing", () => {
    expect(() => checkCache(cacheOf(["x"]), use(planOf(["x", "y", "z"])))).toThrow(
      'c.cache was made for another plan: it has no statistics of "y", "z"',
    );
  });

  it("tells a unified plan from others, either way", () => {
    const plan = planOf(["x"], [["y", "x"]]);
    expect(() => checkCache(cacheOf(["x"], ["y -> x"]), use(plan))).not.toThrow();
    expect(() => checkCache(cacheOf(["x"]), use(plan))).toThrow("-uis");
    expect(() => checkCache(cacheOf(["x"], ["y -> x"]), use(planOf(["x"])))).toThrow("-uis");
  });
});

describe("digests", () => {
  it("are SHA-256", () => {
    // FIPS 180-2, appendix B.1.
    expect(digestOf(new TextEncoder().encode("abc"))).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });

  it("of data depend on names, shapes, either end and order, and on nothing else", () => {
    const of = (...feeds: (readonly [string, number[], Float32Array])[]) => {
      const print = new DataFingerprint();
      for (const [name, dims, data] of feeds) print.add(new Map([[name, tensor("float32", dims, data)]]));
      return print.digest();
    };
    const long = (at?: number) => {
      const data = new Float32Array(20000);
      if (at !== undefined) data[at] = 1;
      return data;
    };
    const same = of(["x", [20000], long()]);
    expect(of(["x", [20000], long()])).toBe(same);
    for (const other of [long(0), long(19999)]) expect(of(["x", [20000], other])).not.toBe(same);
    expect(of(["y", [20000], long()])).not.toBe(same);
    expect(of(["x", [2, 10000], long()])).not.toBe(same);
    const one = (x: number) => ["x", [1], Float32Array.of(x)] as [string, number[], Float32Array];
    expect(of(one(1), one(2))).not.toBe(of(one(2), one(1)));
  });
});
