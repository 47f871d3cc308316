import { Problem } from "./problem.ts";

export interface GateLimits {
  readonly concurrency: number;
  readonly queue: number;
  readonly queueTimeout: number;
  readonly lease: number;
}

/** Timers of whoever calls: a runtime may end a request and its timers with it. */
export interface Clock {
  now(): number;
  /** Calls `work` again and again, until what it returns is called. */
  every(ms: number, work: () => void): () => void;
}

const CLOCK: Clock = {
  now: () => Date.now(),
  every(ms, work) {
    const timer = setInterval(work, ms);
    return () => clearInterval(timer);
  },
};

/** A request's place: first among those admitted, later among those that work. */
export interface Ticket {
  /** Waits until the request may work. @throws Problem BUSY after `queueTimeout`; what the signal carries when it fires. */
  turn(signal: AbortSignal): Promise<void>;
  /** Gives the place back; may be called twice. */
  leave(): void;
  /** Settles when the place is given back. */
  readonly left: Promise<void>;
}

interface Place {
  isWorking: boolean;
  /** Says to who waits that it may work. */
  call: (() => void) | undefined;
  /** When its request last showed that it lives. */
  seen: number;
  /** When it was first noticed that this is long ago. */
  missed: number | undefined;
}

/** Retry-After of a full server: about one short job. */
const RETRY_SECONDS = 5;
/** So many signs of life go into a lease. */
const BEATS = 4;

/**
 * Lets so many requests work at a time and so many wait. Admission comes before a body is read, so that the bodies in memory are
 * bounded too.
 *
 * A place is leased: a timer of its request renews it. A runtime that ends a request as it stands (workerd does, some time after its client has gone) settles none
 * of its promises, so that nobody would give the place back; without a request the timer is gone too, and the others notice.
 * They look twice, a lease apart: after a job that blocked the thread, its own timer may come later than the first look.
 */
export class Gate {
  /** In the order they came. */
  readonly #places = new Set<Place>();

  constructor(
    private readonly limits: GateLimits,
    private readonly clock: Clock = CLOCK,
  ) {}

  get working(): number {
    this.#takeBack();
    return this.#working();
  }

  get waiting(): number {
    return this.#places.size - this.#working();
  }

  /** @throws Problem TOO_MANY_REQUESTS when the queue is full. */
  enter(): Ticket {
    this.#takeBack();
    const { concurrency, queue } = this.limits;
    if (this.#places.size >= concurrency + queue) {
      throw new Problem(
        "TOO_MANY_REQUESTS",
        `${this.#places.size} requests are here, and this server takes ${concurrency} at a time and lets ${queue} wait; try again later`,
        { retryAfter: RETRY_SECONDS },
      );
    }
    const place: Place = { isWorking: false, call: undefined, seen: this.clock.now(), missed: undefined };
    this.#places.add(place);
    const stop = this.#keep(place);
    let settle = () => {};
    const left = new Promise<void>((resolve) => {
      settle = resolve;
    });
    return {
      left,
      turn: (signal) => this.#turn(place, signal),
      leave: () => {
        stop();
        this.#remove(place);
        settle();
      },
    };
  }

  #working(): number {
    return [...this.#places].filter(({ isWorking }) => isWorking).length;
  }

  /** Renews a place, and looks after the others, as long as its request lives. @returns what ends that. */
  #keep(place: Place): () => void {
    return this.clock.every(this.limits.lease / BEATS, () => {
      place.seen = this.clock.now();
      place.missed = undefined;
      this.#takeBack();
    });
  }

  /** Takes the places of requests that live no more. */
  #takeBack(): void {
    const now = this.clock.now();
    const { lease } = this.limits;
    for (const place of this.#places) {
      if (now - place.seen <= lease) continue;
      place.missed ??= now;
      if (now - place.missed > lease) this.#remove(place);
    }
  }

  /** A finished job hands its place to who waits longest. */
  #remove(place: Place): void {
    if (!this.#places.delete(place) || !place.isWorking) return;
    const next = [...this.#places].find(({ call }) => call !== undefined);
    if (next) this.#admit(next);
  }

  #admit(place: Place): void {
    place.isWorking = true;
    place.call?.();
    place.call = undefined;
  }

  async #turn(place: Place, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#working() < this.limits.concurrency) return this.#admit(place);
    const { queueTimeout } = this.limits;
    // Whoever leaves calls, from another request: what belongs to this one is cleared away after the wait, by itself.
    let [timer, onAbort]: [ReturnType<typeof setTimeout> | undefined, () => void] = [undefined, () => {}];
    const called = new Promise<void>((resolve, reject) => {
      place.call = resolve;
      timer = setTimeout(() => reject(this.#busy()), queueTimeout);
      onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
    });
    await called.finally(() => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      place.call = undefined;
    });
  }

  #busy(): Problem {
    const { queueTimeout } = this.limits;
    return new Problem("BUSY", `no turn came within ${queueTimeout} ms of waiting; try again later`, {
      retryAfter: RETRY_SECONDS,
    });
  }
}
