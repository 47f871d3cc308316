import { digestOf } from "../../../core-ts/calibrate/cache/identity.ts";
import { type JobHost, quantizeJob } from "../../../hosts/shared/job/index.ts";

/** The demo of examples/digits: a model, and images to calibrate with. */
export interface DemoFiles {
  readonly model: Uint8Array;
  readonly data: Uint8Array;
}

export const DEMO_FILES = { model: "digits.onnx", data: "calibration.npy" } as const;

/** The "quant" of a run-config. */
export const DEMO_OPTIONS = { "bit-width": 8, "quant-mode": "kl", iteration: 4, "batch-size": 16 } as const;

/** SHA-256 of the _quantize.onnx that a host's job writes. */
export async function demoDigest(
  host: Omit<JobHost, "signal" | "onEvent">,
  files: DemoFiles,
): Promise<string> {
  const request = {
    model: { name: DEMO_FILES.model, bytes: files.model },
    data: [{ name: DEMO_FILES.data, bytes: files.data }],
    options: DEMO_OPTIONS,
  };
  const { model } = await quantizeJob(request, {
    ...host,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  });
  return digestOf(model.bytes);
}
