import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../core-ts/errors.ts";
import { ANSWERS } from "../../../hosts/edge/answer-schemas.ts";
import { jobOptions } from "../../../hosts/shared/job/index.ts";
import { readNpy } from "../../../hosts/shared/npy/read.ts";
import { fakeApp, fakeJobs, type formOf, MODEL, post, problem, QUANTIZED } from "./fake-jobs.ts";

const { app } = fakeApp();
const quantize = (init: RequestInit) => app.request("/v1/quantize", init);

describe("POST /v1/quantize", () => {
  it("answers with the model alone", async () => {
    const response = await quantize(post());
    expect(response.status).toBe(200);
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="gr__e_quantize.onnx"; filename*=UTF-8''gr%C3%B6%C3%9Fe_quantize.onnx`,
    );
    expect(["float", "fixed", "warnings"].map((name) => response.headers.get(`x-knight-${name}`))).toEqual([
      "1",
      "0.875",
      "1",
    ]);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(QUANTIZED.model.bytes);
  });

  it("answers with everything as JSON, fit for its schema", async () => {
    const response = await quantize(post(undefined, { Accept: "application/json" }));
    const found = ANSWERS.quantize.parse(await response.json());
    expect(found.model).toEqual({ name: QUANTIZED.model.name, base64: "AP8N" });
    expect(found.report.layers[0]!.sqnrDb).toBeNull();
    expect(found.files).toEqual([{ name: "steps/optimized_float.onnx", base64: btoa("float") }]);
  });

  it("answers with everything as multipart/mixed", async () => {
    const response = await quantize(post(undefined, { Accept: "multipart/mixed" }));
    const boundary = /boundary=(.*)$/.exec(response.headers.get("content-type")!)![1]!;
    const text = Buffer.from(await response.arrayBuffer()).toString("latin1");
    const parts = text.split(`--${boundary}`);
    expect(parts).toHaveLength(5);
    expect(parts.at(-1)).toBe("--\r\n");
    expect(parts[1]).toMatch(/Content-Type: application\/json.*filename="report.json".*"fixed": 0.875/s);
    expect(parts[2]!.endsWith("\r\n\r\n\x00\xff\r\r\n")).toBe(true);
    expect(parts[3]!.endsWith("\r\n\r\nfloat\r\n")).toBe(true);
  });

  it("answers with everything as an archive, the same one each time", async () => {
    const [one, two] = await Promise.all(
      [0, 1].map(async () => {
        const response = await quantize(post(undefined, { Accept: "application/zip, */*;q=0.1" }));
        expect(response.headers.get("content-disposition")).toContain("quantize.zip");
        return new Uint8Array(await response.arrayBuffer());
      }),
    );
    expect(one).toEqual(two);
    const files = unzipSync(one!);
    expect(Object.keys(files)).toEqual(["report.json", QUANTIZED.model.name, "steps/optimized_float.onnx"]);
    expect(files[QUANTIZED.model.name]).toEqual(QUANTIZED.model.bytes);
    expect(JSON.parse(new TextDecoder().decode(files["report.json"])).scales).toEqual(QUANTIZED.scales);
  });

  it("hands the job what came, keys with dashes", async () => {
    const seen: unknown[] = [];
    const { app } = fakeApp(
      fakeJobs({
        async quantize(request) {
          seen.push(request);
          return QUANTIZED;
        },
      }),
    );
    const npy = ["a.npy", Uint8Array.of(4)] as const;
    const options = JSON.stringify({ bit_width: 16, "quant-mode": ["kl", "mse"], iteration: "1 2" });
    await app.request("/v1/quantize", post({ model: MODEL, data: [npy], companions: [npy], options }));
    expect(seen).toEqual([
      {
        model: { name: "größe.onnx", bytes: MODEL[0][1] },
        companions: [{ name: npy[0], bytes: npy[1] }],
        data: [{ name: npy[0], bytes: npy[1] }],
        options: { "bit-width": 16, "quant-mode": ["kl", "mse"], iteration: "1 2" },
      },
    ]);
  });

  it.each<[string, Record<string, Parameters<typeof formOf>[0][string]>, number, RegExp]>([
    ["no model", {}, 422, /^model: expected one file/],
    ["two models", { model: [MODEL[0], MODEL[0]] }, 422, /^model: expected one file/],
    ["an empty model", { model: [["m", new Uint8Array()]] }, 422, /^model: expected one file/],
    ["a model that is text", { model: "text" }, 422, /^model: expected one file/],
    ["an unknown field", { model: MODEL, modle: "x" }, 422, /Unrecognized key: "modle"/],
    ["options that are no JSON", { model: MODEL, options: "{" }, 400, /"options" is no JSON/],
    ["options that are no object", { model: MODEL, options: "[1]" }, 422, /^options: /],
    [
      "an option of a wrong type",
      { model: MODEL, options: '{"bit-width": true}' },
      422,
      /bit-width: expected 8 \| 16/,
    ],
  ])("refuses %s", async (_, fields, status, detail) => {
    const found = await problem(await quantize(post(fields)));
    expect(found.status).toBe(status);
    expect(found.detail).toMatch(detail);
  });

  it("leaves unknown options to the job, whose sentence names the nearest", async () => {
    const jobs = fakeJobs({
      async quantize({ options }) {
        throw new ConfigError(`saw ${Object.keys(options!)}`, { option: "x" });
      },
    });
    const response = await fakeApp(jobs).app.request(
      "/v1/quantize",
      post({ model: MODEL, options: '{"bit-with": 8}' }),
    );
    expect(await problem(response)).toMatchObject({
      code: "CONFIG",
      detail: "saw bit-with",
      where: { option: "x" },
    });
  });
});

describe("the other routes", () => {
  it("inspects", async () => {
    const response = await app.request("/v1/inspect", post());
    expect(ANSWERS.inspect.parse(await response.json()).findings).toHaveLength(1);
  });

  it("infers, as JSON and as .npz", async () => {
    const json = ANSWERS.infer.parse(await (await app.request("/v1/infer", post())).json());
    expect(json.outputs[0]!.map(({ data }) => data)).toEqual([
      [1.5, "NaN"],
      [7, "1152921504606846976"],
    ]);
    const response = await app.request("/v1/infer", post(undefined, { Accept: "application/zip" }));
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    expect(Object.keys(files)).toEqual(["y.npy", "n.npy"]);
    expect(readNpy(files["n.npy"]!, "n").data).toEqual(BigInt64Array.of(7n, 2n ** 60n));
  });

  it("lists chips and says how it is", async () => {
    const { chips } = ANSWERS.chips.parse(await (await app.request("/v1/chips")).json());
    expect(chips.filter(({ isDefault }) => isDefault)).toHaveLength(1);
    const health = ANSWERS.health.parse(await (await app.request("/health")).json());
    expect(health).toEqual({
      status: "ok",
      version: "1.2.3",
      inference: { runs: "nothing" },
      working: 0,
      waiting: 0,
    });
  });

  it("answers 404 and 405 with what there is", async () => {
    expect((await problem(await app.request("/v2/quantize"))).code).toBe("NOT_FOUND");
    const wrong = await app.request("/v1/quantize");
    expect(wrong.headers.get("allow")).toBe("POST");
    expect((await problem(wrong)).status).toBe(405);
  });

  it("describes itself by the schemas that validate", async () => {
    const document = (await (await app.request("/openapi.json")).json()) as {
      paths: object;
      components: { schemas: Record<string, { properties: Record<string, object> }> };
    };
    expect(Object.keys(document.paths)).toEqual([
      "/v1/quantize",
      "/v1/inspect",
      "/v1/infer",
      "/v1/chips",
      "/health",
    ]);
    const { Options, QuantizeForm } = document.components.schemas;
    expect(Object.keys(Options!.properties)).toEqual([
      ...jobOptions().map(({ long }) => long),
      "input-configs",
    ]);
    expect(Options!.properties["lut-len"]).toMatchObject({
      default: 10,
      description: expect.stringContaining("2^N"),
    });
    expect(JSON.stringify(Options!.properties["lut-len"])).toContain('"maximum":12');
    expect(QuantizeForm!.properties.model).toMatchObject({ type: "string", format: "binary" });
    expect(QuantizeForm).toMatchObject({ required: ["model"], additionalProperties: false });
  });
});
