import { InternalError } from "../../core-ts/errors.ts";
import type { JobRequest } from "../shared/job/index.ts";
import type { EdgeJobs, JobCall } from "./jobs.ts";
import { type JobName, type LastReport, type Order, type Report, resultOf } from "./pool-protocol.ts";

/** A thread of the runtime that serves orders, one at a time. */
export interface PoolWorker {
  post(order: Order): void;
  /** Set anew for every order. `onEnd` gets why a worker ended that nobody told to. */
  listen(onReport: (report: Report) => void, onEnd: (reason: string) => void): void;
  /** Ends it, whatever it does. */
  terminate(): void;
}

/** Threads that do jobs: the one that answers requests is never blocked, and a job that has to end is ended. */
export class Pool {
  readonly #idle: PoolWorker[] = [];

  /** @param size threads kept ready; more jobs at a time start more. */
  constructor(
    private readonly spawn: () => PoolWorker,
    private readonly size: number,
  ) {
    for (let i = 0; i < size; i++) this.#rest(spawn());
  }

  /** @throws what the job throws; what the signal carries when it fires, with the thread ended. */
  async run(name: JobName, request: JobRequest, { signal, onEvent }: JobCall): Promise<unknown> {
    signal.throwIfAborted();
    const worker = this.#idle.pop() ?? this.spawn();
    let onAbort = () => {};
    const order = new Promise<LastReport>((resolve, reject) => {
      onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      worker.listen(
        (report) => (report.kind === "event" ? onEvent(report.event) : resolve(report)),
        (reason) => reject(new InternalError(`a worker ended in the middle of a job: ${reason}`)),
      );
      worker.post({ name, request });
    });
    const last = await order
      .catch((error: unknown) => {
        this.#replace(worker);
        throw error;
      })
      .finally(() => signal.removeEventListener("abort", onAbort));
    if (last.spent) this.#replace(worker);
    else this.#rest(worker);
    return resultOf(last);
  }

  /** Ends all that are idle. */
  close(): void {
    for (const worker of this.#idle.splice(0)) worker.terminate();
  }

  /** One that ends by itself while it rests is missed when it is needed, not before: it might not start again either. */
  #rest(worker: PoolWorker): void {
    worker.listen(
      () => undefined,
      () => this.#idle.splice(this.#idle.indexOf(worker), 1),
    );
    this.#idle.push(worker);
  }

  #replace(worker: PoolWorker): void {
    worker.terminate();
    if (this.#idle.length < this.size) this.#rest(this.spawn());
  }
}

/** Jobs done by a pool. */
export function poolJobs(pool: Pool, inference: EdgeJobs["inference"]): EdgeJobs {
  const job =
    <T>(name: JobName) =>
    (request: JobRequest, call: JobCall) =>
      pool.run(name, request, call) as Promise<T>;
  return { inference, quantize: job("quantize"), inspect: job("inspect"), infer: job("infer") };
}
