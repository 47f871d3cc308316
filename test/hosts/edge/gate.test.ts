import { describe, expect, it } from "vitest";
import { type Clock, Gate } from "../../../hosts/edge/gate.ts";
import { Problem } from "../../../hosts/edge/problem.ts";

const never = new AbortController().signal;
const gate = (concurrency: number, queue: number, queueTimeout = 60_000) =>
  new Gate({ concurrency, queue, queueTimeout, lease: 60_000 });

/** A clock that goes when it is told to, and forgets the timers of a request that is frozen. */
class ManualClock implements Clock {
  #now = 0;
  #timers: { readonly ms: number; due: number; readonly work: () => void }[] = [];

  now(): number {
    return this.#now;
  }
  every(ms: number, work: () => void): () => void {
    const timer = { ms, due: this.#now + ms, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }
  /** Time passes without any timer: the thread is blocked. */
  block(ms: number): void {
    this.#now += ms;
  }
  /** Time passes in steps of one; each timer comes when it is due, and again its own time later. */
  pass(ms: number): void {
    for (let step = 0; step < ms; step++) {
      this.#now++;
      for (const timer of [...this.#timers])
        if (timer.due <= this.#now) {
          timer.due = this.#now + timer.ms;
          timer.work();
        }
    }
  }
  /** The runtime ends the request that came at this place of those with timers. */
  freeze(index: number): void {
    this.#timers.splice(index, 1);
  }
}

function leased(concurrency: number, queue: number) {
  const clock = new ManualClock();
  return { clock, doors: new Gate({ concurrency, queue, queueTimeout: 60_000, lease: 100 }, clock) };
}

/** Whether a promise is settled once everything that can run has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await new Promise(setImmediate);
  return settled;
}

describe("Gate", () => {
  it("lets so many work, so many wait, and turns the rest away with 429 and a time to try again", async () => {
    const doors = gate(1, 1);
    const [first, second] = [doors.enter(), doors.enter()];
    let problem: unknown;
    try {
      doors.enter();
    } catch (error) {
      problem = error;
    }
    expect(problem).toMatchObject({
      code: "TOO_MANY_REQUESTS",
      status: 429,
      headers: { "Retry-After": "5" },
    });
    await first.turn(never);
    const turn = second.turn(never);
    expect(await isSettled(turn)).toBe(false);
    expect([doors.working, doors.waiting]).toEqual([1, 1]);
    first.leave();
    await turn;
    expect([doors.working, doors.waiting]).toEqual([1, 0]);
    second.leave();
    expect([doors.working, doors.waiting]).toEqual([0, 0]);
  });

  it("serves those who wait in the order they came", async () => {
    const doors = gate(1, 5);
    const order: number[] = [];
    const tickets = [0, 1, 2, 3].map(() => doors.enter());
    await tickets[0]!.turn(never);
    const turns = tickets.slice(1).map((ticket, i) =>
      ticket.turn(never).then(() => {
        order.push(i + 1);
        ticket.leave();
      }),
    );
    tickets[0]!.leave();
    await Promise.all(turns);
    expect(order).toEqual([1, 2, 3]);
    expect(doors.working).toBe(0);
  });

  it("answers 503 to who waits too long, and gives the place back", async () => {
    const doors = gate(1, 1, 1);
    const first = doors.enter();
    await first.turn(never);
    const second = doors.enter();
    await expect(second.turn(never)).rejects.toMatchObject({ code: "BUSY", status: 503 });
    second.leave();
    expect([doors.working, doors.waiting]).toEqual([1, 0]);
  });

  it("forgets who goes away while waiting", async () => {
    const doors = gate(1, 2);
    const first = doors.enter();
    await first.turn(never);
    const client = new AbortController();
    const [second, third] = [doors.enter(), doors.enter()];
    const gone = second.turn(client.signal);
    const turn = third.turn(never);
    client.abort(new Problem("GONE", "away"));
    await expect(gone).rejects.toMatchObject({ code: "GONE" });
    second.leave();
    second.leave();
    first.leave();
    await turn;
    expect([doors.working, doors.waiting]).toEqual([1, 0]);
  });
});

describe("a lease", () => {
  it("is renewed as long as its request lives, however long that is", async () => {
    const { clock, doors } = leased(1, 0);
    const ticket = doors.enter();
    await ticket.turn(never);
    clock.pass(10_000);
    expect(doors.working).toBe(1);
    ticket.leave();
    expect(doors.working).toBe(0);
  });

  it("ends with a request that is ended as it stands, and who waits gets the place", async () => {
    const { clock, doors } = leased(1, 2);
    await doors.enter().turn(never);
    const second = doors.enter();
    const turn = second.turn(never);
    clock.freeze(0);
    clock.pass(90);
    expect([await isSettled(turn), doors.working, doors.waiting]).toEqual([false, 1, 1]);
    clock.pass(160);
    expect([await isSettled(turn), doors.working, doors.waiting]).toEqual([true, 1, 0]);
    second.leave();
    expect([doors.working, doors.waiting]).toEqual([0, 0]);
  });

  it("ends when nobody waits, too, and for requests that never came to their turn", async () => {
    const { clock, doors } = leased(1, 1);
    await doors.enter().turn(never);
    doors.enter();
    clock.freeze(0);
    clock.freeze(0);
    clock.pass(101);
    expect(() => doors.enter()).toThrow(Problem);
    clock.pass(101);
    expect([doors.working, doors.waiting]).toEqual([0, 0]);
    await doors.enter().turn(never);
    expect(doors.working).toBe(1);
  });

  it("passes a place that was handed to the dead on to the living", async () => {
    const { clock, doors } = leased(1, 2);
    const first = doors.enter();
    await first.turn(never);
    const dead = doors.enter();
    void dead.turn(never);
    const third = doors.enter();
    const turn = third.turn(never);
    clock.freeze(1);
    first.leave();
    expect(await isSettled(turn)).toBe(false);
    clock.pass(250);
    expect([await isSettled(turn), doors.working, doors.waiting]).toEqual([true, 1, 0]);
  });

  it("outlasts a job that blocks the thread, although others look before its own timer comes", async () => {
    const { clock, doors } = leased(1, 0);
    await doors.enter().turn(never);
    for (let i = 0; i < 5; i++) {
      clock.block(1000);
      expect(() => doors.enter()).toThrow(Problem);
      expect(doors.working).toBe(1);
      clock.pass(1);
    }
  });

  it("may end before a request that lives: it leaves without taking anybody's place", async () => {
    const { clock, doors } = leased(1, 0);
    const first = doors.enter();
    await first.turn(never);
    clock.freeze(0);
    clock.pass(101);
    expect(doors.working).toBe(1);
    clock.pass(101);
    expect(doors.working).toBe(0);
    const second = doors.enter();
    await second.turn(never);
    first.leave();
    expect(doors.working).toBe(1);
  });
});
