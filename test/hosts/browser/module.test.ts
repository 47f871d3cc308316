import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadNodeImages } from "../../../hosts/node/images.ts";
import { loadNodeReportPage } from "../../../hosts/node/report-page.ts";
import { type JobHost, quantizeJob } from "../../../hosts/shared/job/index.ts";
import { webBackend } from "../../support/backends.ts";
import { whyNoChromium } from "../../support/chromium.ts";
import { loadKernels } from "../../support/kernels.ts";
import { EMPTY, PATIENCE, Site, SOON, type Way } from "./browser-page.ts";

const DEMO = new URL("../../../examples/digits/", import.meta.url);
const OPTIONS = { "batch-size": 8 };
const missing = whyNoChromium();
const site = new Site();

/** What the same job writes in Node, on the same runtime. */
async function sameInNode(): Promise<{ model: string; fixed: number | undefined }> {
  const host: JobHost = {
    createBackend: async () => webBackend(),
    loadImages: loadNodeImages,
    loadReportPage: loadNodeReportPage,
    loadKernels: () => loadKernels("simd"),
    now: () => 0,
    cpuCount: 1,
    version: (JSON.parse(await readFile(new URL("../../package.json", DEMO), "utf8")) as { version: string })
      .version,
    signal: new AbortController().signal,
    onEvent: () => undefined,
  };
  const file = async (name: string) => ({ name, bytes: await readFile(new URL(name, DEMO)) });
  const request = {
    model: await file("digits.onnx"),
    data: [await file("calibration.npy")],
    options: OPTIONS,
  };
  const { model, report } = await quantizeJob(request, host);
  return { model: createHash("sha256").update(model.bytes).digest("hex"), fixed: report.fixed };
}

/** Runs a function body in the page, with the module as `knight`, the demo's files, and `sha256`. */
function inPage<T>(page: Page, body: string): Promise<T> {
  return page.evaluate(`(async () => {
    const knight = await import("/index.js");
    const own = async (name) => (await fetch("/demo/" + name)).arrayBuffer();
    const [model, images] = [await own("digits.onnx"), await own("calibration.npy")];
    const sha256 = async (bytes) =>
      [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))].map((b) => b.toString(16).padStart(2, "0")).join("");
    const options = ${JSON.stringify(OPTIONS)};
    ${body}
  })()`) as Promise<T>;
}

const QUANTIZE = `
  const events = [];
  const result = await knight.quantize(new File([model], "digits.onnx"), {
    data: [new File([images], "calibration.npy")], options: { ...options, "cpu-num": 2 }, onEvent: (event) => events.push(event) });
  return { isolated: crossOriginIsolated, name: result.model.name, model: await sha256(result.model.bytes), report: result.report,
    scales: Object.keys(result.scales).length, files: result.files.map(({ name }) => name), events };`;

interface Quantized {
  readonly isolated: boolean;
  readonly name: string;
  readonly model: string;
  readonly report: { readonly fixed: number; readonly layers: readonly { readonly cosine: number }[] };
  readonly scales: number;
  readonly files: readonly string[];
  readonly events: readonly { readonly kind: string; readonly done?: number; readonly total?: number }[];
}

describe.skipIf(missing)(`the browser module${missing ? `: ${missing}` : ""}`, PATIENCE, () => {
  beforeAll(() => site.open());
  afterEach(() => site.leave());
  afterAll(() => site.close());

  it.each<Way>(["isolated", "not isolated"])("writes the bytes that Node writes, %s", async (way) => {
    const { page, complaints } = await site.visit(way, EMPTY);
    const [found, expected] = [await inPage<Quantized>(page, QUANTIZE), await sameInNode()];
    expect(found.isolated).toBe(way === "isolated");
    expect(found).toMatchObject({ name: "digits_quantize.onnx", model: expected.model });
    expect(found.report.fixed).toBe(expected.fixed);
    expect(found.report.layers.length).toBeGreaterThan(5);
    expect(found.scales).toBeGreaterThan(5);
    expect(found.files).toContain("digits_scale.json");
    const progress = found.events.filter(({ kind }) => kind === "progress");
    expect(progress.at(-1)).toMatchObject({ done: 32, total: 32 });
    expect(complaints).toEqual([]);
  });

  it("takes files, blobs, buffers and pixels", async () => {
    const { page } = await site.visit("not isolated", EMPTY);
    const answers = await inPage<number[][]>(
      page,
      `const sample = new Uint8Array(images).slice(0, 128 + 64 * 4);
       // One image of 256: "(256," in the header becomes "(1,  ".
       sample.set([...new TextEncoder().encode("(1,  ")], new TextDecoder("ascii").decode(sample.slice(0, 128)).indexOf("(256,"));
       const top = async (model, data) => [...(await knight.infer(model, { data: [data] })).batches[0].values()][0].data;
       const given = [
         [new Blob([model]), new Blob([sample])],
         [model, sample.buffer],
         [new Uint8Array(model), sample],
         [{ name: "digits.onnx", content: model }, { name: "one.npy", content: sample }],
       ];
       const found = [];
       for (const [m, d] of given) found.push([...(await top(m, d))]);
       // What is handed in stays the caller's.
       found.push([model.byteLength > 0 && sample.length > 0 ? 1 : 0]);
       return found;`,
    );
    expect(answers.at(-1)).toEqual([1]);
    const logits = answers.slice(0, -1);
    expect(logits[0]).toHaveLength(10);
    expect(new Set(logits.map(String)).size).toBe(1);
  });

  it("takes pictures, whatever they are made of", async () => {
    const { page, complaints } = await site.visit("not isolated", EMPTY);
    const answers = await inPage<number[][]>(
      page,
      `const pixels = new ImageData(16, 12);
       pixels.data.forEach((_, i) => { pixels.data[i] = i % 4 === 3 ? 255 : (i * 7) % 256; });
       const canvas = new OffscreenCanvas(16, 12);
       canvas.getContext("2d").putImageData(pixels, 0, 0);
       const png = await canvas.convertToBlob();
       const element = new Image();
       element.src = URL.createObjectURL(png);
       await element.decode();
       const answer = async (data) => [...[...(await knight.infer(model, { data: [data] })).batches[0].values()][0].data];
       return Promise.all([pixels, canvas, png, element, await createImageBitmap(pixels)].map(answer));`,
    );
    expect(answers[0]).toHaveLength(10);
    expect(new Set(answers[0]).size).toBe(10);
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    expect(complaints).toEqual([]);
  });

  it("stops at once when the signal fires, and works again after that", async () => {
    const { page } = await site.visit("isolated", EMPTY);
    const found = await inPage<{ error: string; code: string; cause: string; after: number; model: string }>(
      page,
      `const stop = new AbortController();
       let heard = 0;
       const job = knight.quantize(model, { data: [images], signal: stop.signal,
         onEvent: (event) => { heard++; if (event.kind === "progress" && event.done > 2) stop.abort("enough"); } });
       const error = await job.catch((error) => error);
       const before = heard;
       await new Promise((resolve) => setTimeout(resolve, 300));
       const again = await knight.quantize(model, { data: [images], options });
       return { error: error.constructor === knight.AbortedError ? error.name : String(error), code: error.code,
         cause: error.cause, after: heard - before, model: await sha256(again.model.bytes) };`,
    );
    expect(found).toMatchObject({ error: "AbortedError", code: "ABORTED", cause: "enough", after: 0 });
    expect(found.model).toBe((await sameInNode()).model);
    // The stopped worker is gone; the second job's waits for the next.
    expect(page.workers().length).toBeGreaterThan(0);
    await page.evaluate(`import("/index.js").then(({ close }) => close())`);
    // Chromium lets a worker that computes, and its threads, go on for up to two seconds.
    await expect.poll(() => page.workers().length, SOON).toBe(0);
  });

  it("refuses a signal that has fired already, without starting a worker", async () => {
    const { page } = await site.visit("isolated", EMPTY);
    const code = await inPage<string>(
      page,
      `return knight.quantize(model, { signal: AbortSignal.abort() }).catch((error) => error.code);`,
    );
    expect(code).toBe("ABORTED");
    expect(page.workers()).toEqual([]);
  });

  it("throws the command's own errors, with code and place", async () => {
    const { page } = await site.visit("not isolated", EMPTY);
    const errors = await inPage<{ isKnight: boolean; code: string; message: string; where: object }[]>(
      page,
      `const of = (job) => job.catch((error) => ({
         isKnight: error instanceof knight.KnightError, code: error.code, message: error.message, where: error.where }));
       return [
         await of(knight.quantize(new Uint8Array([1, 2, 3]))),
         await of(knight.quantize(model, { options: { "bit-widht": 8 } })),
         await of(knight.quantize(model, { data: [{ name: "x.npy", content: new Uint8Array(20) }] })),
         await of(knight.quantize("digits.onnx")),
       ];`,
    );
    expect(errors.map(({ code }) => code)).toEqual(["MODEL", "CONFIG", "DATA", "CONFIG"]);
    expect(errors.every(({ isKnight }) => isKnight)).toBe(true);
    expect(errors[1]!.message).toContain('did you mean "bit-width"?');
    expect(errors[2]!.where).toMatchObject({ file: expect.stringContaining("x.npy") });
    expect(errors[3]!.message).toContain("expected a File, Blob");
  });

  it("inspects, and lists chips and options", async () => {
    const { page } = await site.visit("not isolated", EMPTY);
    const found = await inPage<{
      findings: { severity: string }[];
      chips: unknown[];
      options: { long: string }[];
    }>(
      page,
      `return { findings: await knight.inspect(model), chips: await knight.chips(), options: await knight.options() };`,
    );
    expect(found.findings.map(({ severity }) => severity)).toContain("note");
    expect(found.chips.length).toBeGreaterThan(3);
    const longs = found.options.map(({ long }) => long);
    expect(longs).toEqual(expect.arrayContaining(["chip", "bit-width", "quant-mode"]));
    expect(longs).not.toContain("model");
  });
});
