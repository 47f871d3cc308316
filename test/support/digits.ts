import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Backend } from "../../core-ts/backend.ts";
import { rows } from "../../core-ts/calibrate/batches.ts";
import type { Ranges } from "../../core-ts/calibrate/ranges.ts";
import {
  type PipelineHost,
  type Prepared,
  prepare,
  type QuantOptions,
  startCalibration,
} from "../../core-ts/pipeline.ts";
import { type Tensor, toNumbers } from "../../core-ts/tensor/tensor.ts";
import { loadNpy } from "../../hosts/node/load-npy.ts";

const DEMO = new URL("../../examples/digits/", import.meta.url);
const path = (name: string) => fileURLToPath(new URL(name, DEMO));

/** The demo's network: Conv with Relu, depthwise, MaxPool, a residual Add, GlobalAveragePool, Gemm. Input "image" [1, 1, 8, 8], output "logits". */
export const digitsModel = (): Uint8Array => readFileSync(path("digits.onnx"));

export const DIGITS_OPTIONS: QuantOptions = {
  chip: "TX5368AV200",
  bits: 8,
  mode: "min_max",
  percent: 1,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
};

export async function calibratedDigits(
  options: QuantOptions,
  host: PipelineHost,
): Promise<{ prepared: Prepared; ranges: Ranges }> {
  const prepared = await prepare(digitsModel(), options, host);
  const calibration = await startCalibration(prepared, host);
  const images = await loadNpy(path("calibration.npy"));
  for (let i = 0; i < 64; i++) await calibration.forward(new Map([["image", rows(images, i, i + 1)]]));
  await calibration.stop();
  return { prepared, ranges: calibration.ranges() };
}

/** Logits of `count` test images, one after another. */
export async function logitsOf(model: Uint8Array, backend: Backend, count: number): Promise<number[][]> {
  const images = await loadNpy(path("test_images.npy"));
  const session = await backend.createSession(model);
  const logits: number[][] = [];
  for (let i = 0; i < count; i++) {
    const outputs = await session.run(new Map([["image", rows(images, i, i + 1)]]));
    logits.push(toNumbers(outputs.get("logits")!));
  }
  await session.release();
  return logits;
}

/** Share of images whose largest logit is that of the right digit. */
export async function digitsAccuracy(logits: readonly number[][]): Promise<number> {
  const labels: Tensor = await loadNpy(path("test_labels.npy"));
  const right = logits.filter((row, i) => row.indexOf(Math.max(...row)) === toNumbers(labels)[i]);
  return right.length / logits.length;
}
