import { type Remote, wrap } from "comlink";
import { AbortedError, InternalError } from "../../core-ts/errors.ts";
import { type Settled, unwrap } from "../shared/job/wire-errors.ts";
import type { KnightWorker } from "./protocol.ts";

export interface Configuration {
  /** Starts this package's worker.js; for pages whose bundler or Content-Security-Policy wants another way. */
  readonly startWorker: () => Worker;
}

interface Running {
  readonly worker: Worker;
  readonly remote: Remote<KnightWorker>;
  /** Rejects when the worker breaks. */
  readonly broken: Promise<never>;
  /** What was asked for as cpu-num: ONNX Runtime reads the number of threads once. */
  readonly threads: string;
}

/** How one piece of work is done. */
export interface Terms {
  readonly signal?: AbortSignal;
  readonly threads?: string;
}

let configuration: Configuration = {
  startWorker: () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" }),
};
/** A worker without work: the next job saves the time to start one. */
let idle: Running | undefined;

/** Changes how workers are started, from the next one on. */
export function configure(changes: Partial<Configuration>): void {
  configuration = { ...configuration, ...changes };
  close();
}

/** Ends the worker that waits for the next job, which gives its memory back; that job starts a new one. */
export function close(): void {
  idle?.worker.terminate();
  idle = undefined;
}

function start(threads: string): Running {
  const worker = configuration.startWorker();
  const broken = new Promise<never>((_, reject) => {
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      const reason = event.message || "its script can't be loaded";
      reject(
        new InternalError(`the worker of knight-quant stopped: ${reason}; check that its files are served`),
      );
    });
  });
  // It may break while nobody waits.
  broken.catch(() => undefined);
  return { worker, remote: wrap<KnightWorker>(worker), broken, threads };
}

/** The idle worker if it will do, else a new one: a second job does not wait for the first. */
function take(threads: string): Running {
  const found = idle;
  idle = undefined;
  if (found?.threads === threads) return found;
  found?.worker.terminate();
  return start(threads);
}

/** A worker that made a mistake may be in any state. */
function giveBack(running: Running, settled: Settled<unknown>): void {
  const isSound = settled.ok || (settled.error.code !== undefined && settled.error.code !== "INTERNAL");
  if (isSound && idle === undefined) idle = running;
  else running.worker.terminate();
}

function aborted(signal: AbortSignal): AbortedError {
  return new AbortedError("the job was stopped", { cause: signal.reason });
}

/** Rejects when the signal fires; `forget` ends the wait. */
function untilAborted(signal: AbortSignal): { readonly stopped: Promise<never>; forget(): void } {
  let stop: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(aborted(signal));
    signal.addEventListener("abort", stop);
  });
  return { stopped, forget: () => signal.removeEventListener("abort", stop) };
}

/**
 * Does a piece of work in a worker. The signal ends the worker itself: a model that runs can't be stopped in another way.
 * @throws AbortedError, InternalError when the worker breaks, and every KnightError of the work.
 */
export async function inWorker<T>(
  work: (remote: Remote<KnightWorker>) => Promise<Settled<T>>,
  { signal = new AbortController().signal, threads = "" }: Terms = {},
): Promise<T> {
  if (signal.aborted) throw aborted(signal);
  const running = take(threads);
  const { stopped, forget } = untilAborted(signal);
  let settled: Settled<T>;
  try {
    settled = await Promise.race([work(running.remote), running.broken, stopped]);
  } catch (error) {
    running.worker.terminate();
    throw error;
  } finally {
    forget();
  }
  giveBack(running, settled);
  return unwrap(settled);
}
