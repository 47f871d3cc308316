import type { Finding } from "../../core-ts/doctor/finding.ts";
import type {
  InferResult,
  JobChip,
  JobEvent,
  JobOption,
  JobRequest,
  QuantizeResult,
} from "../shared/job/index.ts";
import type { Settled } from "../shared/job/wire-errors.ts";

/** A file on its way to the worker; what has no name gets one there, by its content. */
export interface WireFile {
  readonly name?: string;
  readonly content: Blob | ArrayBuffer | Uint8Array | ImageData;
}

export interface WireRequest {
  readonly model: WireFile;
  readonly companions: readonly WireFile[];
  readonly data: readonly WireFile[];
  readonly options: NonNullable<JobRequest["options"]>;
}

export type EventListener = (event: JobEvent) => void;
type Job<T> = (request: WireRequest, listen: EventListener) => Promise<Settled<T>>;

/** What the worker does, one job at a time. */
export interface KnightWorker {
  readonly quantize: Job<QuantizeResult>;
  readonly inspect: Job<readonly Finding[]>;
  readonly infer: Job<InferResult>;
  chips(): Promise<Settled<readonly JobChip[]>>;
  options(): Promise<Settled<readonly JobOption[]>>;
}
