import { ConfigError } from "../../core-ts/errors.ts";
import type { BackendChoice } from "../shared/backend-choice.ts";
import type { Ports } from "../shared/ports.ts";
import type { EdgeConfig, Environment } from "./config.ts";
import type { JobParts } from "./jobs.ts";

/** The runtime that a server's jobs run on; its operator's choice. */
export type ServerBackend = Exclude<BackendChoice, "auto">;

const VARIABLE = "KNIGHT_EDGE_BACKEND";

/** wasm unless the environment says native: the same bytes on every host, and a model from outside stays in a sandbox. */
export function serverBackend(env: Environment): ServerBackend {
  const text = env[VARIABLE] ?? "wasm";
  if (text === "wasm" || text === "native") return text;
  throw new ConfigError(`${VARIABLE} is "${text}", expected wasm or native`, { option: VARIABLE });
}

export const BACKEND_NAMES: Readonly<Record<ServerBackend, string>> = {
  wasm: "onnxruntime-web",
  native: "onnxruntime-node",
};

/** What a worker needs to know when it starts. */
export interface WorkerSettings {
  readonly limits: Pick<EdgeConfig, "maxTensors" | "maxElements" | "maxUnpacked">;
  readonly backend: ServerBackend;
  /** Bytes that one thread's ONNX Runtime may take. */
  readonly maxHeap: number;
}

/** The parts of a job out of a host's ports, with one thread a job: jobs run side by side. */
export function partsOf(ports: Ports, backend: ServerBackend): JobParts {
  const kernels = { loaded: undefined as ReturnType<Ports["loadKernels"]> | undefined };
  return {
    now: () => ports.now(),
    version: ports.version,
    cpuCount: 1,
    // One instance serves all jobs of a thread: they come one after the other.
    loadKernels: (log) => {
      kernels.loaded ??= ports.loadKernels(log);
      return kernels.loaded;
    },
    loadImages: () => ports.loadImages(),
    loadReportPage: () => ports.loadReportPage(),
    inference: {
      runs: BACKEND_NAMES[backend],
      createBackend: (threads, _choice, log) => ports.createBackend(threads, backend, log),
    },
  };
}
