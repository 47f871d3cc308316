import * as web from "onnxruntime-web/wasm";
import type { Backend } from "../../core-ts/backend.ts";
import { createNodeBackend } from "../../hosts/node/ort.ts";
import { createOrtBackend } from "../../hosts/shared/ort-backend.ts";

/** onnxruntime-node, one thread: tests run side by side on few cores. */
export function nodeBackend(): Backend {
  return createNodeBackend({ threads: 1 });
}

/** onnxruntime-web's WASM build inside Node, one thread. */
export function webBackend(): Backend {
  web.env.wasm.numThreads = 1;
  web.env.logLevel = "error";
  return createOrtBackend(web, { name: "onnxruntime-web 1.30, wasm" });
}
