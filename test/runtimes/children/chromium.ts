// Runs in a page, bundled: window.report(threads, version) answers with a RuntimeReport. Everything is fetched from the page's server.
import * as ort from "onnxruntime-web/wasm";
import { createKernels } from "../../../core-ts/kernels/create.ts";
import { createWasmBackend } from "../../../hosts/shared/wasm-backend.ts";
import { DEMO_FILES, demoDigest } from "./demo-job.ts";
import { type RuntimeReport, reportOn } from "./report.ts";

/** The parts of the web's API used here; the types of Node 20 lack them. */
declare const WebAssembly: { compile(bytes: ArrayBuffer): Promise<object> };
declare const navigator: { readonly userAgent: string };
declare const window: { report(threads: number, version: string): Promise<RuntimeReport> };

async function fetched(path: string): Promise<Response> {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answers ${response.status}`);
  return response;
}

const bytesOf = async (path: string) => new Uint8Array(await (await fetched(path)).arrayBuffer());

window.report = async (threads, version) => {
  ort.env.wasm.wasmPaths = "/ort/";
  const backend = createWasmBackend(ort, { threads, turn: async () => undefined });
  const kernels = createKernels(
    await WebAssembly.compile((await bytesOf("/build/kernels.simd.wasm")).buffer as ArrayBuffer),
  );
  const report = await reportOn(navigator.userAgent, {
    backend,
    kernels,
    readCases: async (name) => (await fetched(`/conformance/cases/${name}.json`)).text(),
  });
  const [model, data] = await Promise.all([
    bytesOf(`/examples/digits/${DEMO_FILES.model}`),
    bytesOf(`/examples/digits/${DEMO_FILES.data}`),
  ]);
  const loadImages = () => Promise.reject(new Error("the demo has no pictures"));
  const parts = { createBackend: async () => backend, loadKernels: async () => kernels, loadImages, version };
  const host = { ...parts, now: () => performance.now(), cpuCount: threads };
  return { ...report, demo: await demoDigest(host, { model, data }) };
};
