import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { encode } from "fast-png";
import { unzipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeModel } from "../../../core-ts/onnx/write.ts";
import { readConfig } from "../../../hosts/edge/config.ts";
import { localJobs } from "../../../hosts/edge/jobs.ts";
import { partsOf } from "../../../hosts/edge/worker-parts.ts";
import { nodePorts } from "../../../hosts/node/ports.ts";
import type { JobRequest } from "../../../hosts/shared/job/index.ts";
import { readNpy } from "../../../hosts/shared/npy/read.ts";
import { ROOT } from "../../runtimes/bundle.ts";
import { nodeBackend } from "../../support/backends.ts";
import { graph, model, value } from "../../support/build-model.ts";
import { digitsAccuracy, logitsOf } from "../../support/digits.ts";
import { random } from "../../support/numbers.ts";
import { post } from "./fake-jobs.ts";
import { malformedRequests } from "./malformed.ts";
import { HOSTS, startNode, type TestServer } from "./servers.ts";

const file = (name: string) => new Uint8Array(readFileSync(join(ROOT, "examples", "digits", name)));
const MODEL = [["digits.onnx", file("digits.onnx")]] as const;
const DATA = [["calibration.npy", file("calibration.npy")]] as const;
const OPTIONS = { "batch-size": 32, chip: "TX5368AV200" };
/** Random data for longer than any test: ends by being stopped (with two numbers no early-stop flag rises). */
const ENDLESS = { model: MODEL, options: JSON.stringify({ iteration: [1, 100_000_000] }) };

const pixels = random(5);
const picture = {
  width: 30,
  height: 20,
  channels: 3,
  data: Uint8Array.from({ length: 1800 }, () => 256 * pixels()),
};
const dims = [1, 3, 12, 12];
const smallModel = writeModel(
  model(graph({ inputs: [value("x", dims)], outputs: [value("y", dims)], nodes: ["Relu x -> y"] })),
);
const PICTURE = ["noise.png", encode(picture)] as const;

const files = (list: typeof MODEL | typeof DATA) => list.map(([name, bytes]) => ({ name, bytes }));
const DEMO: JobRequest = { model: files(MODEL)[0]!, data: files(DATA), options: OPTIONS };

/** What the same job gives in this process, without any HTTP. */
async function localModel(request: JobRequest): Promise<Uint8Array> {
  const { signal } = new AbortController();
  const jobs = localJobs(partsOf(nodePorts(signal), "wasm"), readConfig({}));
  return (await jobs.quantize(request, { signal, onEvent: () => undefined })).model.bytes;
}

const LIMITS = {
  KNIGHT_EDGE_MAX_UNPACKED: String(32 * 1024 * 1024),
  KNIGHT_EDGE_MAX_BODY: String(4 * 1024 * 1024),
  KNIGHT_EDGE_READER_TIMEOUT: "3000",
};

async function health(server: TestServer): Promise<{ status: string; working: number; waiting: number }> {
  return (await (await server.fetch("/health")).json()) as {
    status: string;
    working: number;
    waiting: number;
  };
}

/** Far beyond what anything takes, on a busy machine too. */
const PATIENCE = 240_000;
const SOON = { timeout: 120_000, interval: 50 };

const untilIdle = (server: TestServer) =>
  vi.waitFor(async () => expect((await health(server)).working).toBe(0), SOON);

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** SHA-256 of what the server makes of the demo. */
async function quantized(server: TestServer): Promise<string> {
  const form = { model: MODEL, data: DATA, options: JSON.stringify(OPTIONS) };
  const response = await server.fetch("/v1/quantize", post(form));
  if (response.status !== 200) throw new Error(await response.text());
  return digest(new Uint8Array(await response.arrayBuffer()));
}

let demo: Uint8Array;
let expected: string;
beforeAll(async () => {
  demo = await localModel(DEMO);
  expected = digest(demo);
}, 60_000);

describe.each(HOSTS)("the edge app on %s", (_, start, reason) => {
  const skipped = reason();
  const test = skipped === null ? it : it.skip;
  let server: TestServer;

  beforeAll(async () => {
    if (skipped === null) server = await start(LIMITS);
    else console.log(`skipped: ${skipped}`);
  }, 60_000);
  afterAll(() => server?.close());

  test("writes the bytes that the same job writes without it, once and again", async () => {
    for (let i = 0; i < 2; i++) expect(await quantized(server)).toBe(expected);
  });

  test("answers integers as onnxruntime-node does, with the demo's accuracy", async () => {
    const images = [["test.npy", file("test_images.npy")]] as const;
    const form = { model: [["q.onnx", demo]], data: images } as const;
    const response = await server.fetch("/v1/infer", post(form, { Accept: "application/zip" }));
    expect(response.status).toBe(200);
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    const rows = Array.from({ length: 500 }, (_, i) => {
      const { data } = readNpy(files[`${i}/logits.npy`]!, "logits");
      return Array.from(data as Float32Array);
    });
    // Real units, one scale for all logits: ranks are those of the integers. 98.0 % is the float model's share (examples/digits).
    expect(await digitsAccuracy(rows)).toBeGreaterThan(0.97);
    const integers = await logitsOf(demo, nodeBackend(), 500);
    const scale = rows[0]![0]! / integers[0]![0]!;
    for (const [i, row] of rows.entries())
      for (const [j, x] of row.entries()) expect(x).toBeCloseTo(integers[i]![j]! * scale, 4);
  });

  test("streams what happens before it answers", async () => {
    const form = { model: MODEL, options: JSON.stringify({ iteration: 300 }) };
    const response = await server.fetch("/v1/quantize", post(form, { Accept: "text/event-stream" }));
    const text = await response.text();
    const kinds = [...text.matchAll(/^event: (\w+)$/gm)].map(([, kind]) => kind);
    // The early-stop flag rises at some 130 samples, of the float and of the quantized model.
    expect(kinds.filter((kind) => kind === "progress").length).toBeGreaterThan(200);
    expect(kinds.at(-1)).toBe("result");
    const result = JSON.parse(/event: result\ndata: (.*)/.exec(text)![1]!) as { model: { name: string } };
    expect(result.model.name).toBe("digits_quantize.onnx");
  });

  test("takes pictures, resized, for the same bytes", async () => {
    const [name, bytes] = PICTURE;
    const request = {
      model: { name: "small.onnx", bytes: smallModel },
      data: [{ name, bytes }],
      options: {},
    };
    const form = { model: [["small.onnx", request.model.bytes]], data: [PICTURE] } as const;
    const response = await server.fetch("/v1/quantize", post(form));
    expect(digest(new Uint8Array(await response.arrayBuffer()))).toBe(digest(await localModel(request)));
  });

  test("inspects", async () => {
    const response = await server.fetch("/v1/inspect", post({ model: MODEL }));
    expect(await response.json()).toMatchObject({ findings: expect.any(Array) });
  });

  test.each([
    ["in the middle of it", "event: progress"],
    // workerd says nothing of these clients.
    ["in its first moments", ":"],
  ])(
    "answers others while a job runs, and stops it when its client goes away %s",
    async (_, heard) => {
      const client = new AbortController();
      const init = { ...post(ENDLESS, { Accept: "text/event-stream" }), signal: client.signal };
      const response = await server.fetch("/v1/quantize", init);
      const reader = response.body!.getReader();
      for (let text = ""; !text.includes(heard); ) {
        text += new TextDecoder().decode((await reader.read()).value);
      }
      expect(await health(server)).toMatchObject({ status: "ok", working: 1 });
      client.abort();
      await untilIdle(server);
      expect(await quantized(server)).toBe(expected);
    },
    PATIENCE,
  );

  test("refuses a body that is too large while it comes in, whatever it says of its length", async () => {
    const big = [["big.onnx", new Uint8Array(5 * 1024 * 1024)]] as const;
    const response = await server.fetch("/v1/quantize", post({ model: big })).catch(() => undefined);
    // A server may close the connection at an answer that comes before the end of the body; the client then sees either.
    if (response) expect(response.status).toBe(413);
    expect((await health(server)).status).toBe("ok");
  });

  test("serves on after 200 malformed requests", { timeout: PATIENCE }, async () => {
    const sound = { model: MODEL[0][1], data: DATA[0][1] };
    const statuses = new Map<number, number>();
    for await (const { what, init } of malformedRequests(200, 7, sound)) {
      const response = await server.fetch("/v1/quantize", init);
      const text = await response.text();
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.status === 200) continue;
      expect([400, 415, 422], `${what}: ${text}`).toContain(response.status);
      expect(JSON.parse(text)).toMatchObject({ status: response.status, instance: expect.any(String) });
    }
    // Some damage changes nothing that counts, such as a bit of a weight.
    expect(statuses.get(200) ?? 0).toBeLessThan(40);
    expect(await health(server)).toMatchObject({ status: "ok", working: 0, waiting: 0 });
    expect(await quantized(server)).toBe(expected);
  });
});

describe("limits of a real server", () => {
  let server: TestServer;
  beforeAll(async () => {
    const env = { KNIGHT_EDGE_CONCURRENCY: "1", KNIGHT_EDGE_QUEUE: "0", KNIGHT_EDGE_TIMEOUT: "10000" };
    server = await startNode({ ...env, ...LIMITS, KNIGHT_EDGE_TOKEN: "s3cret" });
  }, 60_000);
  afterAll(() => server.close());
  const headers = { Authorization: "Bearer s3cret" };

  it("wants the token", async () => {
    expect((await server.fetch("/v1/inspect", post({ model: MODEL }))).status).toBe(401);
    expect((await server.fetch("/v1/inspect", post({ model: MODEL }, headers))).status).toBe(200);
  });

  it("ends a job that takes too long, turns others away meanwhile, and works on", async () => {
    const slow = server.fetch("/v1/quantize", post(ENDLESS, headers));
    await vi.waitFor(async () => expect((await health(server)).working).toBe(1), SOON);
    const turnedAway = await server.fetch("/v1/quantize", post({ model: MODEL }, headers));
    expect([turnedAway.status, turnedAway.headers.get("retry-after")]).toEqual([429, "5"]);
    const late = await slow;
    expect([late.status, await late.json()]).toMatchObject([503, { code: "TIMEOUT" }]);
    // The next thread may still be starting on a busy machine, so that a first try can be late too.
    const inspect = async () => (await server.fetch("/v1/inspect", post({ model: MODEL }, headers))).status;
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
