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

/** Jobs that run where they are asked for. A runtime without inference answers each with Problem NOT_IMPLEMENTED and the reason. */
export function localJobs(parts: JobParts, limits: Limits): EdgeJobs {
  const { inference, ...rest } = parts;
  const host = (call: JobCall): JobHost => {
    if ("missing" in inference) throw new Problem("NOT_IMPLEMENTED", inference.missing);
    return {
      ...rest,
      createBackend: inference.createBackend,
      signal: call.signal,
      onEvent: (event) => call.onEvent(event),
    };
  };
  const run =
    <T>(job: (request: JobRequest, host: JobHost) => Promise<T>) =>
    async (request: JobRequest, call: JobCall): Promise<T> => {
      const made = host(call);
      checkModel(request, limits);
      checkData(request.data ?? [], limits);
      return job(request, made);
    };
  return {
    inference: "missing" in inference ? inference : { runs: inference.runs },
    quantize: run(quantizeJob),
    inspect: run(inspectJob),
    infer: run(inferJob),
  };
}
