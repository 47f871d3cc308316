import { beforeAll, describe, expect, it } from "vitest";
import { RangeWatch } from "../../../core-ts/calibrate/convergence.ts";
import { findChip } from "../../../core-ts/chips/index.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { collect, createStats } from "../../../core-ts/observers/histogram.ts";
import type { QuantPlan } from "../../../core-ts/plan/plan.ts";
import { loadKernels } from "../../support/kernels.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels("simd");
});

const own = { kind: "own", bits: 8, signed: true, observer: "min_max" } as const;
const PLAN: QuantPlan = {
  chip: findChip("generic"),
  nodes: [],
  values: new Map([
    ["a", own],
    ["b", own],
  ]),
  lutLength: 10,
};

/** Feeds one number a batch to each of two values; gives the batch after which the ranges were settled. */
function settledAfter(count: number, a: (batch: number) => number, b: (batch: number) => number): number {
  const watch = new RangeWatch(PLAN, { percent: 1, kernels });
  let [left, right] = [createStats(), createStats()];
  for (let batch = 1; batch <= count; batch++) {
    left = collect(left, Float32Array.of(a(batch)), kernels);
    right = collect(right, Float32Array.of(b(batch)), kernels);
    watch.look(batch, {
      stats: new Map([
        ["a", left],
        ["b", right],
      ]),
      samples: batch,
    });
  }
  return watch.settledAfter;
}

const still = () => 1;

describe("RangeWatch", () => {
  it("is settled at the first doubling over which nothing moved", () => {
    expect(settledAfter(15, still, still)).toBe(0);
    expect(settledAfter(16, still, still)).toBe(16);
    expect(settledAfter(100, still, still)).toBe(16);
  });

  it("waits for the value that still moves", () => {
    const until = (last: number) => (batch: number) => Math.min(batch, last);
    expect(settledAfter(200, still, until(12))).toBe(32);
    expect(settledAfter(200, until(100), still)).toBe(0);
    expect(settledAfter(256, until(100), still)).toBe(256);
  });

  it("takes a change below one percent for none", () => {
    const step = (to: number) => (batch: number) => (batch > 8 ? to : 1);
    expect(settledAfter(16, step(1.009), still)).toBe(16);
    expect(settledAfter(16, step(1.011), still)).toBe(0);
  });

  it("does not depend on the order within a half", () => {
    const values = [5, 1, 4, 2, 3, 1, 2, 1, 3, 5, 2, 2, 1, 1, 4, 3];
    const of = (order: readonly number[]) => settledAfter(16, (batch) => order[batch - 1]!, still);
    expect(of(values)).toBe(16);
    expect(of([...values.slice(0, 8).reverse(), ...values.slice(8).reverse()])).toBe(16);
  });

  it("stays settled, whatever comes later", () => {
    expect(settledAfter(64, (batch) => (batch > 40 ? 9 : 1), still)).toBe(16);
  });
});
