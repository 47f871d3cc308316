import type { PipelineHost } from "../../core-ts/pipeline.ts";
import type { BackendChoice } from "../shared/backend-choice.ts";
import { chooseDenoBackend } from "./backend.ts";
import { loadDenoKernels } from "./kernels.ts";
import { PACKAGE_VERSION } from "./version.ts";

export interface DenoHostOptions {
  /** As --backend; "auto" when absent. */
  readonly backend?: BackendChoice;
  /** Of one operator; 1 when absent. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
  /** Told what the run has to say; nothing when absent. */
  readonly log?: PipelineHost["log"];
}

/**
 * The runtime and the kernels that the core works with, for a program of one's own: examples/deno.
 * @throws ConfigError where backend "native" can't be loaded, InternalError where the kernels are not built.
 */
export async function openDenoHost(options: DenoHostOptions = {}): Promise<PipelineHost> {
  const { backend = "auto", threads = 1, signal, log = () => undefined } = options;
  return {
    backend: await chooseDenoBackend(threads, backend, log),
    kernels: await loadDenoKernels(),
    log,
    toolVersion: PACKAGE_VERSION,
    ...(signal === undefined ? {} : { signal }),
  };
}
