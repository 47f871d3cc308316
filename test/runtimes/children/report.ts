import { type ConformanceHost, type ConformanceResult, runConformance } from "../../../conformance/index.ts";
import type { Backend } from "../../../core-ts/backend.ts";
import { digestOf } from "../../../core-ts/calibrate/cache/identity.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { answersOf, quantizeSmallModel } from "./small-model.ts";

/** What a runtime says of itself; equal on all that run onnxruntime-web, but for the names. */
export interface RuntimeReport {
  readonly runtime: string;
  readonly result: ConformanceResult;
  /** The written models by what was asked for: SHA-256 in hexadecimal, and what they answer when they run. */
  readonly models: Readonly<Record<string, { readonly sha256: string; readonly answers: readonly number[] }>>;
  /** SHA-256 of the demo's _quantize.onnx, quantized by the host's own way in (demo-job.ts). */
  readonly demo: string;
}

/** Runs the conformance suite and quantizes the small model with nothing but the core and what is handed in. */
export async function reportOn(
  runtime: string,
  parts: { backend: Backend; kernels: Kernels; readCases: ConformanceHost["readCases"] },
): Promise<Omit<RuntimeReport, "demo">> {
  const result = await runConformance({ name: runtime, ...parts });
  const models: Record<string, RuntimeReport["models"][string]> = {};
  for (const [name, bytes] of await quantizeSmallModel(parts)) {
    models[name] = { sha256: digestOf(bytes), answers: await answersOf(bytes, parts.backend) };
  }
  return { runtime, result, models };
}
