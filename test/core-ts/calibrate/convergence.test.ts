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
/** Grows with the batches up to one. */
const until = (last: number) => (batch: number) => Math.min(batch, last);

describe("RangeWatch", () => {
  it("is settled at the second doubling over which nothing moved, from 32 samples on", () => {
    expect(settledAfter(127, still, still)).toBe(0);
    expect(settledAfter(128, still, still)).toBe(128);
    expect(settledAfter(600, still, still)).toBe(128);
  });

  it("waits for a value that still moves", () => {
    // 64 -> 128 moves by 56 %; 128 -> 256 and 256 -> 512 by nothing.
    expect(settledAfter(511, still, until(100))).toBe(0);
    expect(settledAfter(512, until(100), still)).toBe(512);
  });

  it("looks at the mean of the changes: 9 % of one value of two are 4.5 %", () => {
    const step = (to: number) => (batch: number) => (batch > 64 ? to : 1);
    expect(settledAfter(128, step(1.09), still)).toBe(128);
    expect(settledAfter(128, step(1.11), still)).toBe(0);
    expect(settledAfter(128, step(1.06), step(1.06))).toBe(0);
  });

  it("does not depend on the order between two checks", () => {
    const values = Array.from({ length: 32 }, (_, i) => 1 + ((7 * i) % 32));
    const of = (order: readonly number[]) => settledAfter(300, (batch) => order[batch - 1] ?? 32, still);
    expect(of(values)).toBe(128);
    expect(of(values.toReversed())).toBe(128);
  });

  it("stays settled, whatever comes later", () => {
    expect(settledAfter(300, (batch) => (batch > 200 ? 9 : 1), still)).toBe(128);
  });

  it("counts samples, not batches", () => {
    const watch = new RangeWatch(PLAN, { percent: 1, kernels });
    const stats = collect(createStats(), Float32Array.of(1), kernels);
    const both = new Map(["a", "b"].map((name) => [name, stats] as const));
    for (let batch = 1; batch <= 20; batch++) watch.look(batch, { stats: both, samples: 10 * batch });
    // Checks at 40, 80 and 160 samples.
    expect(watch.settledAfter).toBe(16);
  });
});
