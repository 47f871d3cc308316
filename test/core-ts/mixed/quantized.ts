import { writeModel } from "../../../core-ts/onnx/write.ts";
import {
  type PipelineHost,
  prepare,
  type QuantOptions,
  quantizeModel,
  startCalibration,
} from "../../../core-ts/pipeline.ts";
import type { Mix } from "../../../core-ts/plan/options.ts";
import { type Tensor, toNumbers } from "../../../core-ts/tensor/tensor.ts";
import { nodeBackend } from "../../support/backends.ts";
import { loadKernels } from "../../support/kernels.ts";
import { normals, random } from "../../support/numbers.ts";
import { buildModel, type ModelText } from "../../support/text-model.ts";

export const BASE: QuantOptions = {
  chip: "TX5368AV200",
  bits: 8,
  mode: "min_max",
  percent: 1,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
};

export async function host(backend = nodeBackend()): Promise<PipelineHost> {
  return { backend, kernels: await loadKernels("simd"), log: () => undefined, toolVersion: "test" };
}

const decibels = (signal: readonly number[], other: readonly number[]): number => {
  const energy = signal.reduce((sum, v) => sum + v ** 2, 0);
  return 10 * Math.log10(energy / signal.reduce((sum, v, i) => sum + (v - other[i]!) ** 2, 0));
};

/** A net with one input "x", quantized by a mix and run on eight samples: what output `name` holds, and how near that is to the float model. */
export async function quantized(net: ModelText, mix: Mix, chip = BASE.chip, name = "y") {
  const on = await host();
  const prepared = await prepare(writeModel(buildModel(net)), { ...BASE, chip, mix }, on);
  const calibration = await startCalibration(prepared, on);
  const dims = net.inputs.x as number[];
  const feeds = Array.from({ length: 8 }, (_, i) => new Map([["x", normals(dims, random(i + 1))]]));
  const float: number[] = [];
  for (const one of feeds) float.push(...toNumbers((await calibration.forward(one)).get(name)!));
  const model = quantizeModel(prepared, calibration.ranges(), on);
  const answers = async (backend = nodeBackend()) => {
    const session = await backend.createSession(model.bytes);
    const found: number[] = [];
    for (const one of feeds) found.push(...toNumbers((await session.run(one)).get(name) as Tensor));
    await session.release();
    return found;
  };
  const integers = await answers();
  const scale = model.scales.get(name)?.scale ?? 1;
  const real = integers.map((v) => v * scale);
  return { prepared, model, integers, answers, sqnr: decibels(float, real) };
}
