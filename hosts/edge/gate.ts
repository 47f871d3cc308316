import { Problem } from "./problem.ts";

export interface GateLimits {
  readonly concurrency: number;
  readonly queue: number;
  readonly queueTimeout: number;
}

/** A request's place: first among those admitted, later among those that work. */
export interface Ticket {
  /** Waits until the request may work. @throws Problem BUSY after `queueTimeout`; what the signal carries when it fires. */
  turn(signal: AbortSignal): Promise<void>;
  /** Gives the place back; may be called twice. */
  leave(): void;
  /** Settles when the place is given back. */
  readonly left: Promise<void>;
}

type Waiter = () => void;

/** Retry-After of a full server: about one short job. */
const RETRY_SECONDS = 5;

/**
 * Lets so many requests work at a time and so many wait. Admission comes before a body is read, so that the bodies in memory are
 * bounded too.
 */
export class Gate {
  #admitted = 0;
  #working = 0;
  readonly #waiting: Waiter[] = [];

  constructor(private readonly limits: GateLimits) {}

  get working(): number {
    return this.#working;
  }

  get waiting(): number {
    return this.#admitted - this.#working;
  }

  /** @throws Problem TOO_MANY_REQUESTS when the queue is full. */
  enter(): Ticket {
    const { concurrency, queue } = this.limits;
    if (this.#admitted >= concurrency + queue) {
      throw new Problem(
        "TOO_MANY_REQUESTS",
        `${this.#admitted} requests are here, and this server takes ${concurrency} at a time and lets ${queue} wait; try again later`,
        { retryAfter: RETRY_SECONDS },
      );
    }
    this.#admitted++;
    let [isWorking, hasLeft] = [false, false];
    let settle = () => {};
    const left = new Promise<void>((resolve) => {
      settle = resolve;
    });
    return {
      left,
      turn: async (signal) => {
        await this.#turn(signal);
        isWorking = true;
      },
      leave: () => {
        if (hasLeft) return;
        hasLeft = true;
        this.#admitted--;
        if (isWorking) this.#finish();
        settle();
      },
    };
  }

  /** A finished job hands its place to who waits longest. */
  #finish(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#working--;
  }

  #turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#working < this.limits.concurrency) {
      this.#working++;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", onAbort);
      };
      const giveUp = (reason: unknown) => {
        end();
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(reason);
      };
      const waiter: Waiter = () => {
        end();
        resolve();
      };
      const onAbort = () => giveUp(signal.reason);
      const timer = setTimeout(() => giveUp(this.#busy()), this.limits.queueTimeout);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #busy(): Problem {
    const { queueTimeout } = this.limits;
    return new Problem("BUSY", `no turn came within ${queueTimeout} ms of waiting; try again later`, {
      retryAfter: RETRY_SECONDS,
    });
  }
}
