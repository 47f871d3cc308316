// Runs in a page, bundled. window.report(threads, version) answers with a RuntimeReport, window.suite(threads) with what the suite says when all
// sessions have so many threads; a page can do one of them, as onnxruntime-web has one number of threads. The page's server has the files.
import * as ort from "onnxruntime-web/wasm";
import { type ConformanceHost, type ConformanceResult, runConformance } from "../../../conformance/index.ts";
import { createKernels } from "../../../core-ts/kernels/create.ts";
import { createOrtBackend } from "../../../hosts/shared/ort-backend.ts";
import { createWasmBackend } from "../../../hosts/shared/wasm-backend.ts";
import { DEMO_FILES, demoDigest } from "./demo-job.ts";
import { type RuntimeReport, reportOn } from "./report.ts";

/** The parts of the web's API used here; the types of Node 20 lack them. */
declare const WebAssembly: { compile(bytes: ArrayBuffer): Promise<object> };
declare const navigator: { readonly userAgent: string };
declare const window: {
  suite(threads: number): Promise<ConformanceResult>;
  report(threads: number, version: string): Promise<RuntimeReport>;
};

async function fetched(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response;
}

const bytesOf = async (path: string) => new Uint8Array(await (await fetched(path)).arrayBuffer());

const kernels = async () =>
  createKernels(await WebAssembly.compile((await bytesOf("/build/kernels.simd.wasm")).buffer as ArrayBuffer));
const readCases: ConformanceHost["readCases"] = async (name) =>
  (await fetched(`/conformance/cases/${name}.json`)).text();
ort.env.wasm.wasmPaths = "/ort/";
ort.env.logLevel = "error";

window.suite = async (threads) => {
  ort.env.wasm.numThreads = threads;
  const backend = createOrtBackend(ort, { name: "onnxruntime-web" });
  return runConformance({ name: "Chromium", backend, kernels: await kernels(), readCases });
};

window.report = async (threads, version) => {
  const parts = {
    backend: createWasmBackend(ort, { threads, turn: async () => undefined }),
    kernels: await kernels(),
  };
  const report = await reportOn(navigator.userAgent, { ...parts, readCases });
  const [model, data] = await Promise.all([
    bytesOf(`/examples/digits/${DEMO_FILES.model}`),
    bytesOf(`/examples/digits/${DEMO_FILES.data}`),
  ]);
  const host = {
    createBackend: async () => parts.backend,
    loadKernels: async () => parts.kernels,
    loadImages: () => Promise.reject(new Error("the demo has no pictures")),
    loadReportPage: async () => ({ before: "", after: "" }),
    now: () => performance.now(),
    cpuCount: threads,
    version,
  };
  return { ...report, demo: await demoDigest(host, { model, data }) };
};
