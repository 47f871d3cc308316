/** The whole way on a real network and real images: CIFAR-10 ResNet-20 of ../shared, where it is there. */
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Cifar, cifarBatch, loadCifar } from "../../bench/cifar.ts";
import {
  type PipelineHost,
  prepare,
  type QuantOptions,
  quantizeModel,
  startCalibration,
  startEvaluation,
} from "../../core-ts/index.ts";
import { nodeBackend } from "../support/backends.ts";
import { loadKernels } from "../support/kernels.ts";

const SHARED = "../shared";
const MODEL = `${SHARED}/models/cifar/resnet20.onnx`;
const absent = [MODEL, `${SHARED}/data/cifar/test10k_images.npy`].filter((path) => !existsSync(path));
const [CALIBRATION, TEST, BATCH] = [128, 400, 50];

const base = { percent: 0.99999, irBatch: BATCH, lutLen: 10, outputDequant: false } as const;

/** Logits of the first test images: the float model's and the fixed one's. */
async function logits(options: QuantOptions, cifar: Cifar): Promise<[number[], number[]]> {
  const kernels = await loadKernels("simd");
  const host: PipelineHost = { backend: nodeBackend(), kernels, log: () => undefined, toolVersion: "test" };
  const prepared = await prepare(readFileSync(MODEL), options, host);
  const calibration = await startCalibration(prepared, host);
  await calibration.forward(new Map([["input", cifarBatch(cifar.calibration, 0, CALIBRATION)]]));
  const model = quantizeModel(prepared, calibration.ranges(), host);
  const evaluation = await startEvaluation(prepared, model, host, { comparedRuns: 0 });
  const [float, fixed]: [number[], number[]] = [[], []];
  for (let i = 0; i < TEST; i += BATCH) {
    const feeds = new Map([["input", cifarBatch(cifar.test, i, BATCH)]]);
    float.push(...((await calibration.forward(feeds)).get("logits")!.data as Float32Array));
    fixed.push(...((await evaluation.forward(feeds)).get("logits")!.data as Float32Array));
  }
  await calibration.stop();
  await evaluation.stop();
  return [float, fixed];
}

function classOf(logits: readonly number[], i: number): number {
  const row = logits.slice(10 * i, 10 * i + 10);
  return row.indexOf(Math.max(...row));
}

function quality(float: readonly number[], fixed: readonly number[]) {
  const images = Array.from({ length: TEST }, (_, i) => i);
  const noise = float.reduce((sum, v, i) => sum + (v - fixed[i]!) ** 2, 0);
  const signal = float.reduce((sum, v) => sum + v ** 2, 0);
  return {
    agreement: images.filter((i) => classOf(float, i) === classOf(fixed, i)).length / TEST,
    sqnr: 10 * Math.log10(signal / noise),
  };
}

describe.skipIf(absent.length > 0)(
  `CIFAR ResNet-20 (skipped where ../shared lacks ${absent.join(", ") || "nothing"})`,
  () => {
    // Measured on 10,000 images, calibrated on 512: mse 98.0 %, 26.4 dB; generic 98.4 %, 29.0 dB; 16 bit 100 %, 70 dB. The bars leave room for
    // 400 images (1 % is 4 of them) and 128 to calibrate on.
    it.each([
      ["TX5368AV200", 8, "mse", 0.96, 23],
      ["TX5368AV200", 8, "kl", 0.96, 23],
      ["generic", 8, "mse", 0.97, 24.5],
      ["TX5368AV200", 16, "min_max", 0.995, 60],
    ] as const)(
      "%s, %i bit, %s: agreement of at least %d, logits of at least %d dB",
      async (chip, bits, mode, least, db) => {
        const found = quality(...(await logits({ ...base, chip, bits, mode }, loadCifar(SHARED))));
        expect(found.agreement).toBeGreaterThanOrEqual(least);
        expect(found.sqnr).toBeGreaterThanOrEqual(db);
      },
    );
  },
);
