import type { Feeds } from "../../../core-ts/backend.ts";
import { sensitivities } from "../../../core-ts/mixed/index.ts";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { prepare, type QuantOptions, startCalibration } from "../../../core-ts/pipeline.ts";
import { normals, random } from "../../support/numbers.ts";
import { buildModel } from "../../support/text-model.ts";
import { NET } from "./net.ts";
import { BASE, host } from "./quantized.ts";

export const SAMPLES = Array.from(
  { length: 8 },
  (_, i) => new Map([["x", normals([1, 3, 8, 8], random(i + 1))]]),
);
/** Sensitivities of a net, after calibration on the samples. */
export async function measured(
  net = NET,
  samples: readonly Feeds[] = SAMPLES,
  options: Partial<QuantOptions> = {},
) {
  const on = await host();
  const prepared = await prepare(writeModel(buildModel(net)), { ...BASE, ...options }, on);
  const calibration = await startCalibration(prepared, on);
  for (const feeds of samples) await calibration.forward(feeds);
  const data = { ranges: calibration.ranges(), samples };
  await calibration.stop();
  const steps: number[] = [];
  const found = await sensitivities(prepared, data, on, (done) => steps.push(done));
  return { prepared, found, on, ranges: data.ranges, steps };
}
