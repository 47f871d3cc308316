import type { Backend } from "../../core-ts/backend.ts";
import { reasonOf, UnsupportedError } from "../../core-ts/errors.ts";
import { createKernels } from "../../core-ts/kernels/create.ts";
import { version } from "../../package.json";
import { createImageCodecs } from "../shared/images/codecs.ts";
import type { JobHost } from "../shared/job/index.ts";
import type { ReportPage } from "../shared/report/report-page.ts";
import { createWasmBackend, type WasmRuntime } from "../shared/wasm-backend.ts";
import { MOST_THREADS, THREADS } from "./threads.ts";

/** The build puts these files beside the worker. */
const KERNELS = new URL("./kernels.simd.wasm", import.meta.url);
const REPORT_PAGE = new URL("./report-page.json", import.meta.url);
const RESIZE = new URL("./squoosh_resize_bg.wasm", import.meta.url);
const ORT = {
  js: new URL("./ort/ort.wasm.min.mjs", import.meta.url).href,
  mjs: new URL("./ort/ort-wasm-simd-threaded.mjs", import.meta.url).href,
  wasm: new URL("./ort/ort-wasm-simd-threaded.wasm", import.meta.url).href,
};

/** ONNX Runtime is large: it is loaded when the first model runs. Browsers take another fragment for another module, which is an instance of its own. */
async function loadRuntime(fragment = ""): Promise<WasmRuntime> {
  const url = `${ORT.js}${fragment}`;
  const ort = (await import(/* webpackIgnore: true */ /* @vite-ignore */ url)) as WasmRuntime;
  ort.env.wasm.wasmPaths = ORT;
  return ort;
}

async function createBackend(threads: number): Promise<Backend> {
  return createWasmBackend(await loadRuntime(), {
    threads: Math.min(threads, MOST_THREADS),
    loadThreaded: () => loadRuntime("#threads"),
    // Stopping a job ends the worker, so there is no message to let in between two runs.
    turn: async () => undefined,
  });
}

/** A file of the build, read by `read`. @throws UnsupportedError. */
async function load<T>(url: URL, read: (response: Response) => Promise<T>): Promise<T> {
  try {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the server answers ${response.status}`);
    return await read(response);
  } catch (cause) {
    throw new UnsupportedError(
      `${url.href} can't be loaded: ${reasonOf(cause)}; it must lie beside the worker, and the browser be of 2023 or newer`,
      { file: url.href, cause },
    );
  }
}

/** Not compileStreaming: it refuses servers that do not know the type of .wasm files. */
const compile = (url: URL): Promise<WebAssembly.Module> =>
  load(url, async (response) => WebAssembly.compile(await response.arrayBuffer()));

/** What jobs need, from a browser's worker. */
export function browserHost(onEvent: JobHost["onEvent"]): JobHost {
  return {
    createBackend,
    loadKernels: async () => createKernels(await compile(KERNELS)),
    loadImages: async () => createImageCodecs(await compile(RESIZE)),
    loadReportPage: () => load(REPORT_PAGE, async (response) => (await response.json()) as ReportPage),
    onEvent,
    now: () => performance.now(),
    signal: new AbortController().signal,
    cpuCount: MOST_THREADS,
    threads: THREADS,
    version,
  };
}
