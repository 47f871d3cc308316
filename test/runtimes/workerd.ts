import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { CASE_FILES } from "../../conformance/index.ts";
import { kernelsPath } from "../../scripts/build-kernels.mjs";
import { readCases } from "../conformance/hosts.ts";
import { bundleChild, ROOT } from "./bundle.ts";
import type { RuntimeReport } from "./children/report.ts";

/** Starts the binary that npm's package `workerd` brings along. */
export const WORKERD = join(ROOT, "node_modules", "workerd", "bin", "workerd");
const ORT = join(ROOT, "node_modules", "onnxruntime-web", "dist", "ort-wasm-simd-threaded.wasm");

async function startWorker(): Promise<Miniflare> {
  const bundle = await bundleChild("workerd", {
    platform: "neutral",
    target: "es2022",
    conditions: ["workerd", "worker", "import"],
    mainFields: ["module", "main"],
    external: ["*.wasm"],
  });
  return new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: await readFile(bundle, "utf8") },
      { type: "CompiledWasm", path: "kernels.wasm", contents: await readFile(kernelsPath("simd")) },
      { type: "CompiledWasm", path: "ort.wasm", contents: await readFile(ORT) },
    ],
    compatibilityDate: "2026-01-01",
  });
}

/** Asks the worker of test/runtimes/children/workerd.ts; workerd is stopped when the time is over. */
export async function workerdReport(timeoutMs: number): Promise<RuntimeReport> {
  const texts = await Promise.all(CASE_FILES.map(async (name) => [name, await readCases(name)] as const));
  const body = JSON.stringify(Object.fromEntries(texts));
  const worker = await startWorker();
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await worker.dispatchFetch("http://localhost/", { method: "POST", body, signal });
    const answer = await response.text();
    if (response.status !== 200) throw new Error(`the worker answers ${response.status}: ${answer}`);
    return JSON.parse(answer) as RuntimeReport;
  } finally {
    await worker.dispose();
  }
}
