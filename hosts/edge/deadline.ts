import { Problem } from "./problem.ts";

/** Fires when the client goes away or the time is over; the reason is the Problem to answer with. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #onGone = () => this.gone();

  constructor(
    private readonly client: AbortSignal,
    timeout: number,
  ) {
    const tooLong = new Problem(
      "TIMEOUT",
      `the request was not done after ${timeout} ms, this server's limit; send fewer data or a smaller model`,
    );
    this.#timer = setTimeout(() => this.#controller.abort(tooLong), timeout);
    if (client.aborted) this.gone();
    else client.addEventListener("abort", this.#onGone, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The client has gone. */
  gone(): void {
    this.#controller.abort(new Problem("GONE", "the client closed the connection"));
  }

  /** Stops watching. */
  clear(): void {
    clearTimeout(this.#timer);
    this.client.removeEventListener("abort", this.#onGone);
  }
}

/** `work`, or what the signal carries, whichever comes first; `work` goes on unheard then. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
