/** Knight Quant for web pages. All work is done in a Web Worker; nothing is sent anywhere. See docs/browser.md. */
import { proxy, type Remote } from "comlink";
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
import type { EventListener, KnightWorker, WireRequest } from "./protocol.ts";
import { type Source, wireFile } from "./sources.ts";
import { inWorker } from "./workers.ts";

export type { Finding, Severity } from "../../core-ts/doctor/finding.ts";
export {
  AbortedError,
  ConfigError,
  DataError,
  type ErrorCode,
  type ErrorPlace,
  HardwareRangeError,
  InternalError,
  KnightError,
  ModelError,
  UnsupportedError,
} from "../../core-ts/errors.ts";
export type { Tensor } from "../../core-ts/tensor/tensor.ts";
export type {
  InferResult,
  JobChip,
  JobEvent,
  JobFile,
  JobOption,
  JobScale,
  QuantizeResult,
} from "../shared/job/index.ts";
export type { Content, Picture, Source } from "./sources.ts";
export { type Configuration, close, configure } from "./workers.ts";

/** What goes with a model; all of it may be left out. */
export interface JobSettings {
  /** Files the model or the options name: external data of the model, a mix-config, a scale file, a calibration cache. */
  readonly companions?: readonly Source[];
  /** What is fed to the model: .npy, .npz, pictures. None: random data. */
  readonly data?: readonly Source[];
  /** By long name, as `options()` lists them: { chip: "generic", "bit-width": 16 }. */
  readonly options?: JobRequest["options"];
  /** Ends the job at once, wherever it is. */
  readonly signal?: AbortSignal;
  /** Hears of progress, and of what the log says. */
  readonly onEvent?: (event: JobEvent) => void;
}

type Method<T> = (
  remote: Remote<KnightWorker>,
) => (request: WireRequest, listen: EventListener) => Promise<Settled<T>>;

async function runJob<T>(method: Method<T>, model: Source, settings: JobSettings): Promise<T> {
  const { companions = [], data = [], options = {}, signal, onEvent = () => undefined } = settings;
  const request: WireRequest = {
    model: wireFile(model, "the model"),
    companions: companions.map((source) => wireFile(source, "a companion file")),
    data: data.map((source) => wireFile(source, "a data file")),
    options,
  };
  // What the worker said before it ended is still on its way when the signal fires.
  const listen = (event: JobEvent) => {
    if (!signal?.aborted) onEvent(event);
  };
  const threads = String(options["cpu-num"] ?? options.cpu_num ?? "");
  return inWorker((remote) => method(remote)(request, proxy(listen)), {
    threads,
    ...(signal ? { signal } : {}),
  });
}

/**
 * Float model in, all-integer model out: Knight quant, with the files in memory.
 * @throws KnightError (in the promise) with the command's own sentence, code and place; AbortedError when the signal fires.
 */
export function quantize(model: Source, settings: JobSettings = {}): Promise<QuantizeResult> {
  return runJob((remote) => remote.quantize, model, settings);
}

/** Knight doctor: what will stay float and why, and risky spots, before any calibration. Of the options, chip and bit-width count. @throws as quantize. */
export function inspect(model: Source, settings: JobSettings = {}): Promise<readonly Finding[]> {
  return runJob((remote) => remote.inspect, model, settings);
}

/** Runs a float or quantized model on the data; outputs are in real units. @throws as quantize. */
export function infer(model: Source, settings: JobSettings = {}): Promise<InferResult> {
  return runJob((remote) => remote.infer, model, settings);
}

/** The chips there are. */
export function chips(): Promise<readonly JobChip[]> {
  return inWorker((remote) => remote.chips());
}

/** The options of a job, with the values each takes: enough to make a form from. */
export function options(): Promise<readonly JobOption[]> {
  return inWorker((remote) => remote.options());
}
