import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { BROWSER, ensureBrowserBuilt } from "../../../scripts/build-browser.mjs";

/** Gzip, in bytes, of the files of a folder of the build, or of one file. */
function gzipped(...paths: string[]): number {
  const sizes = paths.map((path) => gzipSync(readFileSync(join(BROWSER, path)), { level: 9 }).length);
  return sizes.reduce((sum, size) => sum + size, 0);
}

const filesOf = (folder: string) => readdirSync(join(BROWSER, folder)).map((name) => `${folder}/${name}`);

describe("what a page loads", () => {
  beforeAll(() => ensureBrowserBuilt());

  it("is below 400 kB gzip for the module, besides ONNX Runtime's own files", () => {
    const top = readdirSync(BROWSER).filter((name) => /\.(js|wasm)$/.test(name));
    expect(top.sort()).toEqual(["index.js", "kernels.simd.wasm", "squoosh_resize_bg.wasm", "worker.js"]);
    expect(gzipped(...top, ...filesOf("chunks"))).toBeLessThan(400_000);
    expect(filesOf("ort").every((name) => /^ort\/ort[.-]wasm/.test(name))).toBe(true);
  });

  it("is below 80 kB gzip for the report's page, which comes with the first report", () => {
    expect(gzipped("report-page.json")).toBeLessThan(80_000);
  });

  it("is below 40 kB gzip before anything is dropped, the worker apart", () => {
    const code = readdirSync(join(BROWSER, "chunks")).filter((name) => name.endsWith(".js"));
    const chunks = code.map((name) => `chunks/${name}`);
    expect(gzipped("index.html", "index.js", ...chunks, ...filesOf("page"))).toBeLessThan(40_000);
  });
});
