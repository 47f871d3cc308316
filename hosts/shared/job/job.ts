import type { LogLevel } from "../../../core-ts/pipeline.ts";
import type { JsonObject } from "../cli/json-object.ts";
import type { Ports } from "../ports.ts";

/** A file in memory. */
export interface JobFile {
  /** Without a folder. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** What a person or a program hands to a host that has no file system: a browser page, an HTTP service. */
export interface JobRequest {
  readonly model: JobFile;
  /** Files the model or the options name: external data of the model, a mix-config, a scale file, a calibration cache. */
  readonly companions?: readonly JobFile[];
  /** What is fed to the model, in the order of the names: .npy, .npz, pictures (see infer_files). None: random data. */
  readonly data?: readonly JobFile[];
  /** The "quant" of a run-config: long names of options, see `jobOptions`. */
  readonly options?: JsonObject;
}

/** What happens while a job runs. */
export type JobEvent =
  | { readonly kind: "progress"; readonly label: string; readonly done: number; readonly total: number }
  | { readonly kind: "log"; readonly level: LogLevel; readonly message: string };

/** All that a job needs from the runtime it stands on. */
export interface JobHost
  extends Omit<
    Ports,
    "terminal" | "files" | "defaults" | "startBar" | "loadScript" | "runPython" | "startPython"
  > {
  onEvent(event: JobEvent): void;
  /** Threads of a job that does not say how many; all cores when absent. */
  readonly threads?: number;
}
