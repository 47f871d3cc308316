// The edge app as a worker (workerd, Cloudflare Workers). workerd compiles no bytes at run time: all .wasm files are modules of the worker.
import * as ort from "onnxruntime-web/wasm";
import reportPage from "../../build/report-page.json" with { type: "json" };
import { createKernels } from "../../core-ts/kernels/create.ts";
import { PACKAGE_VERSION as version } from "../deno/version.ts";
import { createImageCodecs } from "../shared/images/codecs.ts";
import { createWasmBackend } from "../shared/wasm-backend.ts";
import { createApp } from "./app.ts";
import { type EdgeConfig, type Environment, readConfig } from "./config.ts";
import { type JobParts, localJobs } from "./jobs.ts";
import kernels from "./kernels.wasm";
import { consoleLog } from "./log.ts";
import ortModule from "./ort.wasm";
import resize from "./resize.wasm";

/** The parts of the web's API used here; the types of Node 20 lack WebAssembly. */
declare const WebAssembly: {
  instantiate(source: object, imports: object): Promise<object>;
  readonly Instance: new (module: object, imports: object) => object;
};

/** Stands for the bytes of ONNX Runtime's own module, which it wants to compile itself. */
const MARKER = new Uint8Array(8);
const instantiate = WebAssembly.instantiate;
WebAssembly.instantiate = async (source, imports) => {
  const isMarker =
    source === MARKER || source === MARKER.buffer || ("buffer" in source && source.buffer === MARKER.buffer);
  if (!isMarker) return instantiate(source, imports);
  return { module: ortModule, instance: new WebAssembly.Instance(ortModule, imports) };
};
ort.env.wasm.wasmBinary = MARKER.buffer;

/** A timer lets the event loop turn, so that a client that has gone is heard of between two runs. */
const turn = () => new Promise<void>((done) => setTimeout(done, 0));

const shared = createKernels(kernels);

const PARTS: JobParts = {
  inference: {
    runs: "onnxruntime-web",
    createBackend: async () => createWasmBackend(ort, { threads: 1, turn }),
  },
  loadKernels: async () => shared,
  loadImages: () => createImageCodecs(resize),
  loadReportPage: async () => reportPage,
  now: () => Date.now(),
  cpuCount: 1,
  version,
};

/** Without an own word on it: what one isolate of 128 MB bears. */
const FALLBACKS: Partial<EdgeConfig> = {
  maxBody: 16 * 1024 * 1024,
  maxElements: 4 * 1024 * 1024,
  maxUnpacked: 32 * 1024 * 1024,
  queue: 4,
};

let app: ReturnType<typeof createApp> | undefined;

/** The bindings of a worker are there with its first request. */
function appOf(env: Environment): ReturnType<typeof createApp> {
  const config = readConfig(env, FALLBACKS);
  const jobs = localJobs(PARTS, config);
  return createApp({ jobs, version, now: PARTS.now, log: consoleLog }, config);
}

export interface Context {
  waitUntil(work: Promise<void>): void;
}

export default {
  fetch(request: Request, env: Environment, context: Context): Response | Promise<Response> {
    app ??= appOf(env);
    // When a client goes away its request's work is ended as it stands, and could not clear up: unless it is waited for.
    return app.fetch(request, { waitUntil: (work: Promise<void>) => context.waitUntil(work) });
  },
};
