import { beforeAll, describe, expect, test } from "vitest";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import {
  binWidth,
  collect,
  createStats,
  foldMagnitudes,
  type TensorStats,
} from "../../../core-ts/observers/histogram.ts";
import { OBSERVERS, type ObserverName } from "../../../core-ts/observers/index.ts";
import { normal, seeded } from "../../core-as/twins/samples.ts";
import { loadKernels } from "../../support/kernels.ts";
import { activationsOf, missing, type Subject } from "./activations.ts";

let kernels: Kernels;
beforeAll(async () => {
  kernels = await loadKernels("simd");
});

const SIGNED = { levels: 127, signed: true };

interface Quality {
  readonly sqnr: number;
  readonly mse: number;
}

/** Errors of 8-bit symmetric quantization of `data` with the threshold an observer draws from `stats`. */
function qualityOf(name: ObserverName, stats: TensorStats, data: readonly Float32Array[]): Quality {
  return qualityAt(OBSERVERS[name].range(stats, SIGNED, { percent: 0.9999, kernels }), data);
}

/** Of the threshold of the entropy method on the histogram as it is, without the rules of kl and kl_v2. */
function plainQuality(stats: TensorStats, data: readonly Float32Array[]): Quality {
  const bins = foldMagnitudes(stats, true);
  return qualityAt(kernels.searchKl({ bins, levels: SIGNED.levels }) * binWidth(stats), data);
}

function qualityAt(threshold: number, data: readonly Float32Array[]): Quality {
  const grid = { scale: threshold / SIGNED.levels, qmin: -127, qmax: 127 };
  let [error, power, count] = [0, 0, 0];
  for (const x of data) {
    const q = new Float32Array(x.length);
    kernels.fakeQuantize(x, grid, q);
    x.forEach((v, i) => {
      error += (v - q[i]!) ** 2;
      power += v ** 2;
    });
    count += x.length;
  }
  return { sqnr: 10 * Math.log10(power / error), mse: error / count };
}

const statsOf = (data: readonly Float32Array[]): TensorStats =>
  data.reduce((stats, x) => collect(stats, x, kernels), createStats());

const SPIKE = "a Relu output, four fifths zeros";
const SYNTHETIC: Record<string, (seed: number) => Float32Array> = {
  [SPIKE]: (seed) => normal(60000, seed).map((x) => Math.max(0, x - 0.84)),
  "few samples of a Relu output": (seed) => normal(400, seed).map((x) => Math.max(0, x)),
  "one-sided, exponential": (seed) => {
    const random = seeded(seed);
    return Float32Array.from({ length: 40000 }, () => -Math.log(1 - random()));
  },
  "a nearly empty histogram: ten values": (seed) => {
    const random = seeded(seed);
    return Float32Array.from({ length: 5000 }, () => Math.floor(random() * 10) / 3);
  },
  "a far outlier in a million": (seed) => normal(1_000_000, seed).map((x, i) => (i === 5 ? 100 : x)),
};

/** Where plain KL fails: by how many dB at least, on average. */
const KL_FAILS: Readonly<Record<string, number>> = {
  [SPIKE]: 10,
  "a far outlier in a million": 6,
};

describe.each(Object.entries(SYNTHETIC))("on %s", (name, make) => {
  test("kl_v2 is never worse than min_max in squared error on the data it saw", () => {
    for (const seed of [1, 2, 3]) {
      const data = [make(seed)];
      const stats = statsOf(data);
      // 2 %: the histogram stands for its values up to the uniform density assumed within a bin.
      expect(qualityOf("kl_v2", stats, data).mse).toBeLessThanOrEqual(
        1.02 * qualityOf("min_max", stats, data).mse,
      );
    }
  });

  test("kl_v2 is not worse than plain KL, by more than a histogram can tell, and better where plain KL fails", () => {
    let gain = 0;
    for (const seed of [1, 2, 3]) {
      const data = [make(seed)];
      const stats = statsOf(data);
      const better = qualityOf("kl_v2", stats, data).sqnr - plainQuality(stats, data).sqnr;
      expect(better).toBeGreaterThan(-0.1);
      gain += better / 3;
    }
    // Measured (dB): spike 34.3, outlier 7.7, ten values 0.5, exponential 0.2.
    expect(gain).toBeGreaterThan(KL_FAILS[name] ?? -0.1);
  });
});

test("kl_v2 clips an outlier that costs everything else its resolution", () => {
  const data = [SYNTHETIC["a far outlier in a million"]!(1)];
  const stats = statsOf(data);
  const gain = qualityOf("kl_v2", stats, data).sqnr - qualityOf("min_max", stats, data).sqnr;
  expect(gain).toBeGreaterThan(3);
});

const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];
const SUBJECTS: Record<string, Subject> = {
  "MNIST (CNTK)": {
    model: "models/mnist/mnist.onnx",
    images: "data/mnist/t10k_images.npy",
    dims: [1, 28, 28],
    values: /ReLU\d+_Output_0/g,
    normalize: (pixel) => pixel,
  },
  "CIFAR ResNet-20": {
    model: "models/cifar/resnet20_bnfolded.onnx",
    images: "data/cifar/calib512_images.npy",
    dims: [3, 32, 32],
    values: /\/layer\d\/layer\d\.\d\/Relu\w*_output_0/g,
    normalize: (pixel, channel) => (pixel / 255 - MEAN[channel]!) / DEVIATION[channel]!,
  },
};

describe.each(Object.entries(SUBJECTS))("on the Relu outputs of %s", (_, subject) => {
  const absent = missing(subject);
  const reason = absent.length > 0 ? ` (skipped: ../shared lacks ${absent.join(", ")})` : "";
  test.skipIf(absent.length > 0).each([32, 1])(
    `calibrated on %i images, seen on 32 others${reason}`,
    async (count) => {
      const activations = await activationsOf(subject, 64);
      expect(activations.size).toBeGreaterThan(1);
      const mean = { plain: 0, kl: 0, kl_v2: 0, min_max: 0 };
      for (const [value, data] of activations) {
        const [seen, unseen] = [data.slice(0, count), data.slice(32)];
        const stats = statsOf(seen);
        expect(
          qualityOf("kl_v2", stats, seen).mse / qualityOf("min_max", stats, seen).mse,
          value,
        ).toBeLessThanOrEqual(1.02);
        mean.plain += plainQuality(stats, unseen).sqnr / activations.size;
        for (const name of ["kl", "kl_v2", "min_max"] as const) {
          mean[name] += qualityOf(name, stats, unseen).sqnr / activations.size;
        }
      }
      // Measured (dB), 32 images: ResNet-20 plain KL 12.0, kl 36.7, kl_v2 36.7, min_max 36.1; MNIST 5.2, 40.0, 40.0, 39.5; one image:
      // ResNet-20 11.3, 35.8, 35.8, 35.9. Half a dB allows for what one image can't tell about the others.
      expect(mean.kl_v2).toBeGreaterThan(mean.plain + 15);
      expect(mean.kl_v2).toBeGreaterThan(mean.kl - 0.1);
      expect(mean.kl_v2).toBeGreaterThan(mean.min_max - 0.5);
    },
  );
});
