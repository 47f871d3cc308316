import { describe, expect, it } from "vitest";
import { ModelError } from "../../../core-ts/errors.ts";
import { Pool, type PoolWorker } from "../../../hosts/edge/pool.ts";
import type { LastReport, Order, Report } from "../../../hosts/edge/pool-protocol.ts";
import { Problem } from "../../../hosts/edge/problem.ts";
import type { JobEvent } from "../../../hosts/shared/job/index.ts";

/** A thread that does what a test tells it to. */
class FakeWorker implements PoolWorker {
  readonly orders: Order[] = [];
  ended = false;
  report: (report: Report) => void = () => undefined;
  end: (reason: string) => void = () => undefined;
  post(order: Order): void {
    this.orders.push(order);
  }
  listen(onReport: FakeWorker["report"], onEnd: FakeWorker["end"]): void {
    this.report = onReport;
    this.end = onEnd;
  }
  terminate(): void {
    this.ended = true;
  }
}

const done = (value: unknown, spent = false): LastReport => ({
  kind: "settled",
  outcome: { ok: true, value },
  spent,
});
const REQUEST = { model: { name: "m", bytes: Uint8Array.of(1) } };

function poolOf(size: number) {
  const workers: FakeWorker[] = [];
  const pool = new Pool(() => {
    workers.push(new FakeWorker());
    return workers.at(-1)!;
  }, size);
  const client = new AbortController();
  const events: JobEvent[] = [];
  const run = () =>
    pool.run("quantize", REQUEST, { signal: client.signal, onEvent: (event) => events.push(event) });
  /** The worker that has an order it has not answered. */
  const busy = () => workers.find(({ orders, ended }) => orders.length > 0 && !ended)!;
  return { pool, workers, client, events, run, busy };
}

describe("Pool", () => {
  it("starts its threads at once and uses them again", async () => {
    const { workers, events, run } = poolOf(1);
    expect(workers).toHaveLength(1);
    for (let i = 0; i < 3; i++) {
      const answer = run();
      const event = { kind: "progress", label: "x", done: i, total: 3 } as const;
      workers[0]!.report({ kind: "event", event });
      workers[0]!.report(done(i));
      expect(await answer).toBe(i);
    }
    expect(events).toHaveLength(3);
    expect(workers).toHaveLength(1);
    expect(workers[0]!.orders).toEqual(Array(3).fill({ name: "quantize", request: REQUEST }));
  });

  it("throws what the job threw, as what it was, and keeps the thread", async () => {
    const { workers, run } = poolOf(1);
    const failed = run();
    const error = { code: "MODEL", message: "m", where: { node: "n" }, stack: "s" } as const;
    workers[0]!.report({ kind: "settled", outcome: { ok: false, error }, spent: false });
    await expect(failed).rejects.toThrow(ModelError);
    await expect(failed).rejects.toMatchObject({ where: { node: "n" } });
    const refused = run();
    workers[0]!.report({ kind: "refused", problem: { code: "LIMIT", detail: "d" }, spent: false });
    await expect(refused).rejects.toMatchObject({ code: "LIMIT", message: "d" });
    expect(workers).toHaveLength(1);
  });

  it("ends the thread of a job that is stopped, and has another one ready", async () => {
    const { workers, client, run } = poolOf(1);
    const answer = run();
    const why = new Problem("TIMEOUT", "late");
    client.abort(why);
    await expect(answer).rejects.toBe(why);
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    await expect(run()).rejects.toBe(why);
    expect(workers).toHaveLength(2);
  });

  it("replaces a thread whose heap has grown, and one that broke down", async () => {
    const { workers, run, busy } = poolOf(1);
    const spent = run();
    busy().report(done("x", true));
    expect(await spent).toBe("x");
    expect(workers.map(({ ended }) => ended)).toEqual([true, false]);
    const broken = run();
    workers[1]!.end("out of memory");
    await expect(broken).rejects.toMatchObject({
      code: "INTERNAL",
      message: expect.stringContaining("out of memory"),
    });
    expect(workers.map(({ ended }) => ended)).toEqual([true, true, false]);
  });

  it("does without a thread that ended while it rested, and does not start others in vain", async () => {
    const { workers, run } = poolOf(1);
    workers[0]!.end("could not start");
    expect(workers).toHaveLength(1);
    const answer = run();
    expect(workers).toHaveLength(2);
    workers[1]!.report(done(1));
    expect(await answer).toBe(1);
  });

  it("ends what rests when it is closed", () => {
    const { pool, workers } = poolOf(2);
    pool.close();
    expect(workers.map(({ ended }) => ended)).toEqual([true, true]);
  });
});
