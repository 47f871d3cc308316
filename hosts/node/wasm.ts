import { setImmediate } from "node:timers/promises";
import * as ort from "onnxruntime-web";
import type { Backend } from "../../core-ts/backend.ts";
import { createWasmBackend } from "../shared/wasm-backend.ts";

/** onnxruntime-web inside Node: several times slower than the native runtime, and the same bytes as in browsers and Deno. One number of threads a process. */
export function createNodeWasmBackend({ threads = 1 }: { readonly threads?: number } = {}): Backend {
  return createWasmBackend(ort, { threads, turn: setImmediate });
}
