import { describe, expect, it } from "vitest";
import { Gate } from "../../../hosts/edge/gate.ts";
import { Problem } from "../../../hosts/edge/problem.ts";

const never = new AbortController().signal;
const gate = (concurrency: number, queue: number, queueTimeout = 60_000) =>
  new Gate({ concurrency, queue, queueTimeout });

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
