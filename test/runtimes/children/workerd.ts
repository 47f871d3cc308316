// A worker that answers every request with a RuntimeReport; the request's body holds the texts of the case files by name.
// workerd compiles no bytes at run time, so both .wasm files come as modules; test/runtimes/workerd.test.ts names them.
import * as ort from "onnxruntime-web/wasm";
import { createKernels } from "../../../core-ts/kernels/create.ts";
import { createOrtBackend } from "../../../hosts/shared/ort-backend.ts";
import kernels from "./kernels.wasm";
import ortModule from "./ort.wasm";
import { reportOn } from "./report.ts";

/** The parts of the web's API used here; the types of Node 20 lack WebAssembly. */
declare const WebAssembly: {
  instantiate(source: object, imports: object): Promise<object>;
  readonly Instance: new (module: object, imports: object) => object;
};
declare class Response {
  constructor(body: string, init?: { readonly status: number });
}

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
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

async function report(texts: Readonly<Record<string, string>>): Promise<string> {
  const report = await reportOn("workerd", {
    backend: createOrtBackend(ort, { name: "onnxruntime-web" }),
    kernels: createKernels(kernels),
    readCases: async (name) => texts[name]!,
  });
  return JSON.stringify(report);
}

export default {
  async fetch(request: { json(): Promise<unknown> }): Promise<Response> {
    try {
      return new Response(await report((await request.json()) as Record<string, string>));
    } catch (error) {
      return new Response(error instanceof Error ? `${error.stack}` : String(error), { status: 500 });
    }
  },
};
