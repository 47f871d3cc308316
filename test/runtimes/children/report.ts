import {
  type ConformanceHost,
  type ConformanceResult,
  failures,
  runConformance,
  totals,
} from "../../../conformance/index.ts";
import type { Backend } from "../../../core-ts/backend.ts";
import type { Kernels } from "../../../core-ts/kernels/kernels.ts";
import { answersOf, quantizeSmallModel } from "./small-model.ts";

/** What a runtime says of itself; equal on all of them, but for `runtime`. */
export interface RuntimeReport {
  readonly runtime: string;
  readonly totals: readonly string[];
  readonly failures: readonly string[];
  /** The written models by what was asked for: SHA-256 in hexadecimal, and what they answer when they run. */
  readonly models: Readonly<Record<string, { readonly sha256: string; readonly answers: readonly number[] }>>;
}

/** The Web Crypto that all these runtimes have; the types of Node 20 keep it under node:crypto. */
declare const crypto: {
  readonly subtle: { digest(algorithm: "SHA-256", data: Uint8Array): Promise<ArrayBuffer> };
};

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Runs the conformance suite and quantizes the small model with nothing but the core and what is handed in. */
export async function reportOn(
  runtime: string,
  parts: { backend: Backend; kernels: Kernels; readCases: ConformanceHost["readCases"] },
): Promise<RuntimeReport> {
  const result: ConformanceResult = await runConformance({ name: runtime, ...parts });
  const models: Record<string, RuntimeReport["models"][string]> = {};
  for (const [name, bytes] of await quantizeSmallModel(parts)) {
    models[name] = { sha256: await sha256(bytes), answers: await answersOf(bytes, parts.backend) };
  }
  return { runtime, totals: totals(result), failures: failures(result), models };
}
