import { type ConformanceHost, type ConformanceResult, runConformance } from "../../../conformance/index.ts";
import type { Backend } from "../../../core-ts/backend.ts";
import { digestOf } from "../../../core-ts/calibrate/cache/identity.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { answersOf, quantizeSmallModels } from "./small-model.ts";

/** What a runtime says of itself; equal on all that run onnxruntime-web, but for the names. */
export interface RuntimeReport {
  readonly runtime: string;
  readonly result: ConformanceResult;
  /** The written models by what was asked for: SHA-256 in hexadecimal, and what they answer when they run. */
  readonly models: Readonly<Record<string, { readonly sha256: string; readonly answers: readonly number[] }>>;
  /** SHA-256 of the demo's _quantize.onnx, quantized by the host's own way in (demo-job.ts). */
  readonly demo: string;
}

interface ReportParts {
  readonly backend: Backend;
  /** What the suite runs on, if not on `backend` as it is. */
  readonly suite?: Backend;
  readonly kernels: Kernels;
  readonly readCases: ConformanceHost["readCases"];
}

/** Lets all sessions use a backend's threads, also those that decide what is written: the suite's answers do not depend on them. */
export function onAllThreads(backend: Backend): Backend {
  return { name: backend.name, createSession: (model) => backend.createSession(model, "report") };
}

/** Runs the conformance suite and quantizes small models with nothing but the core and what is handed in. */
export async function reportOn(
  runtime: string,
  { suite, ...parts }: ReportParts,
): Promise<Omit<RuntimeReport, "demo">> {
  const { kernels, readCases } = parts;
  const result = await runConformance({
    ...{ name: runtime, kernels, readCases },
    backend: suite ?? parts.backend,
  });
  const models: Record<string, RuntimeReport["models"][string]> = {};
  for (const [name, bytes] of await quantizeSmallModels(parts)) {
    models[name] = { sha256: digestOf(bytes), answers: await answersOf(bytes, parts.backend) };
  }
  return { runtime, result, models };
}
