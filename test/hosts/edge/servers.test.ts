import { createHash } from "node:crypto";
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
import { nodeBackend } from "../../support/backends.ts";
import { graph, model, value } from "../../support/build-model.ts";
import { digitsAccuracy, logitsOf } from "../../support/digits.ts";
import { random } from "../../support/numbers.ts";
import { post } from "./fake-jobs.ts";
import { malformedRequests } from "./malformed.ts";
import { ENDLESS, file, HOSTS, health, LIMITS, MODEL, SOON, type TestServer } from "./servers.ts";

const DATA = [["calibration.npy", file("calibration.npy")]] as const;
const OPTIONS = { "batch-size": 32, chip: "TX5368AV200" };
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

/** For a test with a few such waits. */
const PATIENCE = 2 * SOON.timeout;

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
});

describe.each(HOSTS)("the edge app on %s", (_, start, reason) => {
  const skipped = reason();
  const test = skipped === null ? it : it.skip;
  let server: TestServer;

  beforeAll(async () => {
    if (skipped === null) server = await start(LIMITS);
    else console.log(`skipped: ${skipped}`);
  });
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
