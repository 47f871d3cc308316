import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import type { Browser } from "playwright-core";
import { FROM_NODE } from "../../../scripts/build-browser.mjs";
import { startChromium, whyNoChromium } from "../../support/chromium.ts";
import { bundleChild, ROOT } from "../bundle.ts";
import type { RuntimeReport } from "../children/report.ts";
import type { RuntimeHost } from "./host.ts";

const TYPES: Readonly<Record<string, string>> = {
  ...{
    ".html": "text/html",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
    ".json": "application/json",
  },
};
const PAGE = `<!doctype html><title>conformance</title><script type="module" src="/build/runtimes/chromium.mjs"></script>`;
/** What a page may fetch: folders of the project. */
const SERVED =
  /^\/(build\/runtimes\/chromium\.mjs|build\/kernels\.simd\.wasm|conformance\/cases\/\w+\.json|examples\/digits\/[\w.]+)$/;
const ORT = /^\/ort\/(ort-wasm-simd-threaded\.(mjs|wasm))$/;

function fileOf(path: string): string | undefined {
  const ort = ORT.exec(path)?.[1];
  if (ort) return join(ROOT, "node_modules", "onnxruntime-web", "dist", ort);
  return SERVED.test(path) ? join(ROOT, path) : undefined;
}

/** A server of the page and its files; a page that is isolated may share memory between threads. */
function serve(isIsolated: boolean): Promise<Server> {
  const isolation = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  };
  const server = createServer(async ({ url = "/" }, response) => {
    const file = fileOf(url);
    const content = url === "/" ? PAGE : file && (await readFile(file).catch(() => undefined));
    const type = TYPES[url === "/" ? ".html" : extname(url)] ?? "application/octet-stream";
    response.writeHead(content === undefined ? 404 : 200, {
      "Content-Type": type,
      ...(isIsolated ? isolation : {}),
    });
    response.end(content);
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}

/** What a page of its own answers to a call. */
async function ask<T>(browser: Browser, origin: string, call: string): Promise<T> {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.waitForFunction("window.report");
  const answer = (await page.evaluate(`window.${call}`)) as T;
  await page.close();
  return answer;
}

async function askPages(browser: Browser, origin: string, threads: number): Promise<RuntimeReport> {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  const report = await ask<RuntimeReport>(browser, origin, `report(${threads}, ${JSON.stringify(version)})`);
  if (threads === 1) return report;
  return { ...report, result: await ask<RuntimeReport["result"]>(browser, origin, `suite(${threads})`) };
}

async function inChromium(threads: number, timeoutMs: number): Promise<RuntimeReport> {
  await bundleChild("chromium", {
    platform: "browser",
    target: "es2022",
    // Without it ONNX Runtime's .mjs would be bundled, which hangs with threads.
    conditions: ["onnxruntime-web-use-extern-wasm"],
    alias: FROM_NODE,
  });
  const server = await serve(threads > 1);
  const browser = await startChromium(timeoutMs);
  // The page's own work has no limit: the browser goes when the time is over.
  const limit = setTimeout(() => void browser.close(), timeoutMs);
  try {
    return await askPages(browser, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, threads);
  } finally {
    clearTimeout(limit);
    await browser.close();
    server.close();
  }
}

/** Headless Chromium; with more than one thread in a cross-origin isolated page. */
export function chromiumHost(name: string, threads: number): RuntimeHost {
  return {
    name,
    isWasm: true,
    whyNot: whyNoChromium,
    report: (timeoutMs) => inChromium(threads, timeoutMs),
  };
}
