import { copyOf } from "../../../core-ts/calibrate/batches.ts";
import type { Tensor } from "../../../core-ts/tensor/tensor.ts";
import { type Inferred, runInfer } from "../quant/run-infer.ts";
import type { JobHost, JobRequest } from "./job.ts";
import { openJob } from "./run.ts";

export interface InferResult extends Inferred {
  /** Outputs of every batch by name, in real units. */
  readonly batches: readonly ReadonlyMap<string, Tensor>[];
}

/** Knight quant -r infer over files in memory: runs a float or quantized model on the data. @throws as the command. */
export async function inferJob(request: JobRequest, host: JobHost): Promise<InferResult> {
  const run = await openJob(request, host, { runMode: "infer", unlessGiven: {} });
  const batches: ReadonlyMap<string, Tensor>[] = [];
  const inferred = await runInfer(run, (outputs) =>
    batches.push(new Map([...outputs].map(([name, t]) => [name, copyOf(t)]))),
  );
  return { batches, ...inferred };
}
