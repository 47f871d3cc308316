import { beforeAll, describe, expect, it } from "vitest";
import { decodeCache, encodeCache, type Snapshot } from "../../../../core-ts/calibrate/cache/format.ts";
import { mergeCaches, mergeRanges } from "../../../../core-ts/calibrate/merge-ranges.ts";
import type { Kernels } from "../../../../core-ts/kernels/kernels.ts";
import { collect, createStats, type TensorStats } from "../../../../core-ts/observers/histogram.ts";
import { loadKernels } from "../../../support/kernels.ts";
import { random } from "../../../support/numbers.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels("simd");
});

/** Numbers of all sizes, zeros among them; some tensors hold nothing but zeros, some one value. */
function draw(next: () => number): Float32Array {
  const length = Math.floor(next() * 500);
  const spread = 2 ** Math.floor(next() * 60 - 30);
  const zeros = next();
  return Float32Array.from({ length }, () => (next() < zeros ? 0 : (next() - 0.3) * spread));
}

const statsOf = (parts: readonly Float32Array[]): TensorStats =>
  parts.reduce((stats, x) => collect(stats, x, kernels), createStats());

const NAMES = ["b", "a/é", "conv:0", "z"];
const snapshotOf = (parts: readonly Float32Array[][], iteration = parts.length): Snapshot => ({
  iteration,
  batches: parts.length,
  ranges: {
    samples: 3 * parts.length,
    stats: new Map(NAMES.map((name, i) => [name, statsOf(parts.map((part) => part[i]!))])),
  },
});
const batches = (seed: number, count = 6) => {
  const next = random(seed);
  return Array.from({ length: count }, () => NAMES.map(() => draw(next)));
};
const RESULT = {
  inferFunction: "infer_é",
  script: "ab",
  iteration: 512,
  batchSize: 3,
  data: "cd",
  stoppedAfter: 0,
  value: 91.73,
};
const cacheOf = (...snapshots: Snapshot[]) => ({ model: "00ff", unified: [], snapshots, results: [RESULT] });

describe("encodeCache and decodeCache", () => {
  it("give everything back to the bit", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const all = batches(seed);
      const cache = { ...cacheOf(snapshotOf(all.slice(0, 2)), snapshotOf(all)), unified: ["a -> b"] };
      expect(decodeCache(encodeCache(cache), "x")).toEqual(cache);
    }
  });

  it("hold counts up to 2^53, the statistics of nothing, and the outermost limits", () => {
    const big = { ...createStats(), count: Number.MAX_SAFE_INTEGER, zeros: 2 ** 31, nonFinite: 7 };
    big.bins[0] = Number.MAX_SAFE_INTEGER;
    big.bins[4095] = 2 ** 32;
    const stats = new Map<string, TensorStats>([
      ["big", { ...big, exponent: 128, min: -3.4028234663852886e38 }],
      ["least", { ...createStats(), exponent: -100 }],
      ["nothing", createStats()],
    ]);
    const cache = cacheOf({ iteration: 1, batches: 1, ranges: { stats, samples: 1 } });
    expect(decodeCache(encodeCache(cache), "x")).toEqual(cache);
  });

  it("write the same bytes whatever the order of batches and of values", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const all = batches(seed);
      const forwards = snapshotOf(all);
      const { ranges, ...rest } = snapshotOf(all.toReversed());
      const turned = { ...rest, ranges: { ...ranges, stats: new Map([...ranges.stats].reverse()) } };
      expect(encodeCache(cacheOf(turned))).toEqual(encodeCache(cacheOf(forwards)));
    }
  });

  it("refuse whatever was changed or cut off, wherever", () => {
    const bytes = encodeCache(cacheOf(snapshotOf(batches(1, 2))));
    const next = random(5);
    for (let k = 0; k < 200; k++) {
      const at = Math.floor(next() * bytes.length);
      const changed = bytes.slice();
      changed[at] = changed[at]! ^ (1 << Math.floor(next() * 8));
      expect(() => decodeCache(changed, "c.cache")).toThrow(
        /^c\.cache (is no|is damaged|has format version)/,
      );
      expect(() => decodeCache(bytes.subarray(0, at), "c.cache")).toThrow(/^c\.cache (is no|is damaged)/);
    }
  });

  it("name another format version", () => {
    const bytes = encodeCache(cacheOf(snapshotOf(batches(1, 1))));
    bytes[8] = 2;
    expect(() => decodeCache(bytes, "c.cache")).toThrow(
      "c.cache has format version 2, and this program reads version 1; remove it or give another path",
    );
  });
});

describe("mergeRanges and mergeCaches", () => {
  it("are what one run over all the data gives, in any order", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const all = batches(seed, 9);
      const [a, b, c] = [all.slice(0, 2), all.slice(2, 5), all.slice(5)].map((part) => snapshotOf(part));
      const whole = snapshotOf(all).ranges;
      expect(mergeRanges(mergeRanges(a!.ranges, b!.ranges), c!.ranges)).toEqual(whole);
      expect(mergeRanges(c!.ranges, mergeRanges(b!.ranges, a!.ranges))).toEqual(whole);
      const merged = mergeCaches([a!, b!, c!].map((snapshot) => cacheOf(snapshot)));
      expect(merged).toEqual({
        model: "00ff",
        unified: [],
        snapshots: [{ iteration: 0, batches: 9, ranges: whole }],
        results: [],
      });
    }
  });

  it("leave a single cache as it is", () => {
    const cache = cacheOf(snapshotOf(batches(3)));
    expect(mergeCaches([cache])).toBe(cache);
  });
});
