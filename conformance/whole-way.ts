import { DEFAULT_CHIP } from "../core-ts/chips/index.ts";
import {
  type PipelineHost,
  prepare,
  type QuantOptions,
  quantizeModel,
  startCalibration,
} from "../core-ts/pipeline.ts";
import { bytesOf, restore, type StoredRun } from "./case-file.ts";

/** The options of a case that does not say otherwise. */
export const DEFAULTS: QuantOptions = {
  chip: DEFAULT_CHIP,
  bits: 8,
  mode: "min_max",
  percent: 1,
  irBatch: 1,
  lutLen: 10,
  outputDequant: false,
};

/** Stands in the written model, and so in its SHA-256. */
export const TOOL_VERSION = "conformance";

/** Model, options and data of a case → the bytes of the quantized model. */
export async function quantizeCase(
  { model, options, batches }: StoredRun,
  host: Pick<PipelineHost, "backend" | "kernels" | "signal">,
): Promise<Uint8Array> {
  const parts: PipelineHost = { ...host, log: () => undefined, toolVersion: TOOL_VERSION };
  const prepared = await prepare(bytesOf(model), { ...DEFAULTS, ...options }, parts);
  const calibration = await startCalibration(prepared, parts);
  try {
    for (const batch of batches)
      await calibration.forward(new Map(Object.entries(batch).map(([name, t]) => [name, restore(t)])));
    return quantizeModel(prepared, calibration.ranges(), parts).bytes;
  } finally {
    await calibration.stop();
  }
}
