import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { post } from "./fake-jobs.ts";
import { ENDLESS, health, LIMITS, MODEL, SOON, startNode, type TestServer } from "./servers.ts";

describe("limits of a real server", () => {
  let server: TestServer;
  beforeAll(async () => {
    const env = { KNIGHT_EDGE_CONCURRENCY: "1", KNIGHT_EDGE_QUEUE: "0", KNIGHT_EDGE_TIMEOUT: "10000" };
    server = await startNode({ ...env, ...LIMITS, KNIGHT_EDGE_TOKEN: "s3cret" });
  });
  afterAll(() => server.close());
  const headers = { Authorization: "Bearer s3cret" };
  const inspect = async () => (await server.fetch("/v1/inspect", post({ model: MODEL }, headers))).status;

  it("wants the token", async () => {
    expect((await server.fetch("/v1/inspect", post({ model: MODEL }))).status).toBe(401);
    // A thread may still be starting on a busy machine, so that a first try can be late.
    await vi.waitFor(async () => expect(await inspect()).toBe(200), SOON);
  });

  it("ends a job that takes too long, turns others away meanwhile, and works on", async () => {
    const slow = server.fetch("/v1/quantize", post(ENDLESS, headers));
    await vi.waitFor(async () => expect((await health(server)).working).toBe(1), SOON);
    const turnedAway = await server.fetch("/v1/quantize", post({ model: MODEL }, headers));
    expect([turnedAway.status, turnedAway.headers.get("retry-after")]).toEqual([429, "5"]);
    const late = await slow;
    expect([late.status, await late.json()]).toMatchObject([503, { code: "TIMEOUT" }]);
    // So may the next one.
    await vi.waitFor(async () => expect(await inspect()).toBe(200), SOON);
  });

  it("answers 413 to a body without a length before its end", async () => {
    const { port } = new URL(/http:\S+/.exec(server.output())![0]);
    const boundary = { "Content-Type": "multipart/form-data; boundary=X" };
    const status = await new Promise<number>((resolve, reject) => {
      const options = { port, method: "POST", path: "/v1/quantize", headers: { ...headers, ...boundary } };
      const sending = httpRequest(options, (response) => resolve(response.statusCode!));
      sending.on("error", reject);
      sending.write('--X\r\nContent-Disposition: form-data; name="model"; filename="m"\r\n\r\n');
      // The body never ends: an answer to it comes before its end.
      sending.write(new Uint8Array(5 * 1024 * 1024));
    });
    expect(status).toBe(413);
  });

  it("logs a line of JSON for each request, under its id", async () => {
    await server.fetch("/health", { headers: { "X-Request-Id": "look-for-me" } });
    await vi.waitFor(() => expect(server.output()).toContain("look-for-me"), SOON);
    const line = server
      .output()
      .split("\n")
      .find((one) => one.includes("look-for-me"))!;
    expect(JSON.parse(line)).toMatchObject({ event: "request", path: "/health", status: 200 });
  });
});
