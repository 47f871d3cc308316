import { describe, expect, it, vi } from "vitest";
import { AbortedError, ModelError } from "../../../core-ts/errors.ts";
import type { EdgeJobs } from "../../../hosts/edge/jobs.ts";
import { fakeApp, fakeJobs, MODEL, post, QUANTIZED } from "./fake-jobs.ts";

const EVENTS = { Accept: "text/event-stream" };

interface Event {
  readonly event: string;
  readonly data: unknown;
}

/** Events of a stream that has ended, by the rules of the HTML standard as far as they are used. */
async function events(response: Response): Promise<Event[]> {
  expect(response.headers.get("content-type")).toBe("text/event-stream");
  const blocks = (await response.text()).split("\n\n").filter((block) => block !== "" && block[0] !== ":");
  return blocks.map((block) => {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(block)!;
    return { event: event!, data: JSON.parse(data!) };
  });
}

/** Jobs whose quantize goes on until it is told to end, and hears the signal unless it is `deaf`. */
function slowJobs({ deaf = false } = {}) {
  const ends: (() => void)[] = [];
  const aborted: unknown[] = [];
  const quantize: EdgeJobs["quantize"] = (_, { signal }) =>
    new Promise((resolve, reject) => {
      ends.push(() => resolve(QUANTIZED));
      signal.addEventListener("abort", () => {
        aborted.push(signal.reason.code);
        if (!deaf) reject(new AbortedError("stopped"));
      });
    });
  return { jobs: fakeJobs({ quantize }), ends, aborted };
}

describe("server-sent events", () => {
  it("tell progress and lines, and end with the JSON answer", async () => {
    const { app } = fakeApp();
    const found = await events(await app.request("/v1/quantize", post(undefined, EVENTS)));
    const json = await app.request("/v1/quantize", post(undefined, { Accept: "application/json" }));
    expect(found).toEqual([
      { event: "progress", data: { label: "Calibration", done: 1, total: 2 } },
      { event: "log", data: { level: "info", message: "a line\nand another" } },
      { event: "result", data: await json.json() },
    ]);
  });

  it("end with a problem document when the job fails", async () => {
    const jobs = fakeJobs({ inspect: async () => Promise.reject(new ModelError("broken", { node: "n" })) });
    const { app, lines } = fakeApp(jobs);
    const response = await app.request("/v1/inspect", post(undefined, EVENTS));
    const [last] = await events(response);
    expect(last).toMatchObject({
      event: "problem",
      data: {
        status: 422,
        code: "MODEL",
        where: { node: "n" },
        instance: response.headers.get("x-request-id"),
      },
    });
    expect(lines.some(({ event, code }) => event === "problem" && code === "MODEL")).toBe(true);
  });

  it("are not begun for a request that is refused", async () => {
    const response = await fakeApp().app.request("/v1/quantize", post({}, EVENTS));
    expect(response.status).toBe(422);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
  });

  it("stop the job when their reader goes away", async () => {
    const { jobs, aborted } = slowJobs();
    const { app } = fakeApp(jobs);
    const response = await app.request("/v1/quantize", post(undefined, EVENTS));
    await response.body!.cancel();
    expect(aborted).toEqual(["GONE"]);
    const { working } = (await (await app.request("/health")).json()) as { working: number };
    expect(working).toBe(0);
  });
});

describe("a reader that takes nothing", () => {
  it("stops the job, and finds out why when it reads on after all", async () => {
    const { jobs, aborted } = slowJobs();
    const quantize: EdgeJobs["quantize"] = (request, call) => {
      for (let done = 0; done < 3; done++) call.onEvent({ kind: "progress", label: "x", done, total: 9 });
      return jobs.quantize(request, call);
    };
    const { app } = fakeApp({ ...jobs, quantize }, { readerTimeout: 100 });
    const response = await app.request("/v1/quantize", post(undefined, EVENTS));
    await vi.waitFor(() => expect(aborted).toEqual(["GONE"]), { timeout: 20_000 });
    const found = await events(response);
    expect(found.map(({ event }) => event)).toEqual(["progress", "progress", "progress", "problem"]);
    expect(found.at(-1)!.data).toMatchObject({ code: "GONE" });
  });
});

describe("limits of a call", () => {
  it("answers 503 when the time is over, and stops the job", async () => {
    const { jobs, aborted } = slowJobs();
    const response = await fakeApp(jobs, { timeout: 20 }).app.request("/v1/quantize", post());
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      code: "TIMEOUT",
      detail: expect.stringContaining("20 ms"),
    });
    expect(aborted).toEqual(["TIMEOUT"]);
  });

  it("keeps the place of a job that can't be stopped until it ends", async () => {
    const { jobs, ends } = slowJobs({ deaf: true });
    const { app } = fakeApp(jobs, { timeout: 20, concurrency: 1, queue: 0 });
    expect((await app.request("/v1/quantize", post())).status).toBe(503);
    const busy = await app.request("/v1/quantize", post());
    expect(busy.status).toBe(429);
    expect(busy.headers.get("retry-after")).toBe("5");
    ends[0]!();
    await vi.waitFor(async () => expect((await app.request("/v1/inspect", post())).status).toBe(200));
  });

  it("stops the job of a client that goes away", async () => {
    const { jobs, aborted, ends } = slowJobs();
    const { app, lines } = fakeApp(jobs);
    const client = new AbortController();
    const answer = app.request(new Request("http://x/v1/quantize", { ...post(), signal: client.signal }));
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    client.abort();
    await answer;
    expect(aborted).toEqual(["GONE"]);
    expect(lines.at(-1)).toMatchObject({ status: 499 });
  });

  it("waits for its turn, and answers 503 when none comes", async () => {
    const { jobs, ends } = slowJobs();
    const { app } = fakeApp(jobs, { concurrency: 1, queue: 1, queueTimeout: 20 });
    const first = app.request("/v1/quantize", post());
    await vi.waitFor(() => expect(ends).toHaveLength(1));
    const second = await app.request("/v1/quantize", post());
    expect([second.status, ((await second.json()) as { code: string }).code]).toEqual([503, "BUSY"]);
    ends[0]!();
    expect((await first).status).toBe(200);
  });

  it("gives every place back, however requests end", async () => {
    const jobs = fakeJobs({ inspect: async () => Promise.reject(new Error("x")) });
    const { app } = fakeApp(jobs, { concurrency: 1, queue: 0, maxBody: 5000 });
    const big = [["m", new Uint8Array(9000)]] as const;
    for (let i = 0; i < 5; i++) {
      expect((await app.request("/v1/inspect", post())).status).toBe(500);
      expect((await app.request("/v1/quantize", post({ model: big }))).status).toBe(413);
      expect((await app.request("/v1/quantize", { method: "POST", body: "x" })).status).toBe(415);
      expect((await app.request("/v1/quantize", post({ model: MODEL, options: "{" }))).status).toBe(400);
      expect((await app.request("/v1/quantize", post())).status).toBe(200);
    }
  });
});
