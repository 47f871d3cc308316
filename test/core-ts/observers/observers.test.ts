import { beforeAll, describe, expect, test } from "vitest";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { collect, createStats, magnitude } from "../../../core-ts/observers/histogram.ts";
import { OBSERVERS, type ObserverName } from "../../../core-ts/observers/index.ts";
import { extreme, normal } from "../../core-as/twins/samples.ts";
import { KERNEL_KINDS, loadKernels } from "../../support/kernels.ts";

const NAMES = Object.keys(OBSERVERS) as ObserverName[];
const TARGETS = [
  { levels: 127, signed: true },
  { levels: 255, signed: false },
  { levels: 32767, signed: true },
  { levels: 65535, signed: false },
];

const loaded = new Map<string, Kernels>();
beforeAll(async () => {
  for (const kind of KERNEL_KINDS) loaded.set(kind, await loadKernels(kind));
});

function rangeOf(name: ObserverName, x: Float32Array, target = TARGETS[0]!, percent = 0.99999) {
  const kernels = loaded.get("simd")!;
  return OBSERVERS[name].range(collect(createStats(), x, kernels), target, { percent, kernels });
}

const DATA: Record<string, Float32Array> = {
  nothing: new Float32Array(0),
  zeros: new Float32Array(9),
  "a single value": Float32Array.of(-0.3),
  "a denormal": Float32Array.of(1e-45),
  "the largest float32": Float32Array.of(3.4028234663852886e38, 0.1),
  "negative values only": normal(3000, 1).map((x) => -Math.abs(x)),
  "normal values": normal(30000, 2),
  "a Relu output": normal(30000, 3).map((x) => Math.max(0, x)),
  "one far outlier": normal(30000, 4).map((x, i) => (i === 7 ? 500 : x)),
  "extreme finite values": extreme(500, 5, true),
};

describe.each(Object.entries(DATA))("thresholds for %s", (_, x) => {
  test.each(NAMES)(
    "of %s lie in (0, max|x|], are 0 only if max|x| is, and are the same from both builds",
    (name) => {
      for (const target of TARGETS) {
        const [a, b] = KERNEL_KINDS.map((kind) => {
          const kernels = loaded.get(kind)!;
          const stats = collect(createStats(), x, kernels);
          const largest = magnitude(stats, target.signed);
          const threshold = OBSERVERS[name].range(stats, target, { percent: 0.999, kernels });
          expect(threshold).toBeLessThanOrEqual(largest);
          if (largest > 0) expect(threshold).toBeGreaterThan(0);
          else expect(threshold).toBe(0);
          return threshold;
        });
        expect(a).toBe(b);
      }
    },
  );
});

test("min_max is the exact largest magnitude", () => {
  expect(rangeOf("min_max", Float32Array.of(0.1, -0.7))).toBe(Math.fround(0.7));
  expect(rangeOf("min_max", Float32Array.of(0.1, -0.7), TARGETS[1])).toBe(Math.fround(0.1));
});

test("kl and kl_v2 do not clip at 16 bit", () => {
  const x = DATA["one far outlier"]!;
  for (const target of TARGETS.slice(2)) {
    expect(rangeOf("kl", x, target)).toBe(500);
    expect(rangeOf("kl_v2", x, target)).toBe(500);
  }
});

describe("percentile", () => {
  /** 1, 2, ... count, in thousandths. */
  const ramp = (count: number) => Float32Array.from({ length: count }, (_, i) => (i + 1) / 1000);

  test("0.9999 discards nothing of 9999 values, one of 10000", () => {
    expect(rangeOf("percentile", ramp(9999), TARGETS[0], 0.9999)).toBe(Math.fround(9.999));
    const outlier = ramp(9999).map((x) => x / 10);
    const all = Float32Array.of(...outlier, 50);
    const threshold = rangeOf("percentile", all, TARGETS[0], 0.9999);
    expect(threshold).toBeLessThan(1.1);
    expect(threshold).toBeGreaterThanOrEqual(Math.fround(0.9999));
  });

  test("is within one bin of the order statistic", () => {
    const x = normal(50000, 6);
    const sorted = [...x].map(Math.abs).sort((a, b) => a - b);
    const width = 2 ** Math.ceil(Math.log2(sorted.at(-1)!)) / 2048;
    for (const percent of [0.5, 0.9, 0.99, 0.999]) {
      const exact = sorted[Math.ceil(percent * x.length) - 1]!;
      expect(Math.abs(rangeOf("percentile", x, TARGETS[0], percent) - exact)).toBeLessThanOrEqual(width);
    }
  });

  test("interpolates inside the bin", () => {
    // 1000 equal values in the bin [512, 513)/2048, and one at the limit: half of them kept is half of the bin.
    const x = new Float32Array(1001).fill(512 / 2048);
    x[0] = 1;
    expect(rangeOf("percentile", x, TARGETS[0], 500 / 1001)).toBeCloseTo(512.5 / 2048, 12);
  });

  test("1 keeps everything; for an unsigned grid negative values count as zeros", () => {
    expect(rangeOf("percentile", DATA["one far outlier"]!, TARGETS[0], 1)).toBe(500);
    const x = Float32Array.of(...new Float32Array(90).fill(-1), ...ramp(10));
    // 90 zeros, then 1 to 10 thousandths: the 95th is 0.005; a bin is 1/2048 wide.
    expect(Math.abs(rangeOf("percentile", x, TARGETS[1], 0.95) - 0.005)).toBeLessThanOrEqual(1 / 2048);
  });
});
