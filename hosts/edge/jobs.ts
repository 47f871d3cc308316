import { absentBackend } from "../../core-ts/backend.ts";
import {
  type InferResult,
  inferJob,
  inspectJob,
  type JobEvent,
  type JobHost,
  type JobRequest,
  type QuantizeResult,
  quantizeJob,
} from "../shared/job/index.ts";
import type { EdgeConfig } from "./config.ts";
import { checkData } from "./data-limits.ts";
import { checkModel } from "./model-limits.ts";
import { Problem } from "./problem.ts";

export type Finding = Awaited<ReturnType<typeof inspectJob>>[number];

/** What a job hears and tells while it runs. */
export interface JobCall {
  readonly signal: AbortSignal;
  onEvent(event: JobEvent): void;
}

/** The work behind the routes: in this thread (localJobs) or in others (a pool). All @throw KnightError and Problem. */
export interface EdgeJobs {
  /** What runs models, for /health; or why nothing does. */
  readonly inference: { readonly runs: string } | { readonly missing: string };
  quantize(request: JobRequest, call: JobCall): Promise<QuantizeResult>;
  inspect(request: JobRequest, call: JobCall): Promise<readonly Finding[]>;
  infer(request: JobRequest, call: JobCall): Promise<InferResult>;
}

/** What a runtime hands in to do the work itself. */
export interface JobParts extends Omit<JobHost, "createBackend" | "signal" | "onEvent"> {
  /** What runs models; or why nothing does. */
  readonly inference:
    | (Pick<JobHost, "createBackend"> & { readonly runs: string })
    | { readonly missing: string };
}

type Limits = Pick<EdgeConfig, "maxTensors" | "maxElements" | "maxUnpacked">;

/** Options that bring the scales along: with them a model is quantized without being run. */
const KNOWN_SCALES = ["cache-distribution", "load-scale-json"];

/** Whether a job can do without inference. */
function needsNoInference(name: "quantize" | "inspect" | "infer", { options = {} }: JobRequest): boolean {
  const given = Object.keys(options).map((key) => key.replaceAll("_", "-"));
  return name === "quantize" && KNOWN_SCALES.some((key) => given.includes(key));
}

/**
 * Jobs that run where they are asked for. A runtime without inference quantizes models whose scales are given, and answers everything else with Problem
 * NOT_IMPLEMENTED and the reason.
 */
export function localJobs(parts: JobParts, limits: Limits): EdgeJobs {
  const { inference, ...rest } = parts;
  const createBackend: JobHost["createBackend"] =
    "missing" in inference ? async () => absentBackend(inference.missing) : inference.createBackend;
  const run =
    <T>(name: "quantize" | "inspect" | "infer", job: (request: JobRequest, host: JobHost) => Promise<T>) =>
    async (request: JobRequest, { signal, onEvent }: JobCall): Promise<T> => {
      if ("missing" in inference && !needsNoInference(name, request))
        throw new Problem("NOT_IMPLEMENTED", inference.missing);
      checkModel(request, limits);
      checkData(request.data ?? [], limits);
      return job(request, { ...rest, createBackend, signal, onEvent: (event) => onEvent(event) });
    };
  return {
    inference: "missing" in inference ? inference : { runs: inference.runs },
    quantize: run("quantize", quantizeJob),
    inspect: run("inspect", inspectJob),
    infer: run("infer", inferJob),
  };
}
