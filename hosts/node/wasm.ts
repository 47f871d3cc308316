import { setImmediate } from "node:timers/promises";
import * as ort from "onnxruntime-web/wasm";
import type { Backend } from "../../core-ts/backend.ts";
import { createWasmBackend } from "../shared/wasm-backend.ts";

/**
 * onnxruntime-web inside Node or Deno: several times slower than the native runtime, and the same bytes as in browsers. The package's other entry is
 * another instance, and the only one that starts threads here.
 */
export function createNodeWasmBackend({ threads = 1 }: { readonly threads?: number } = {}): Backend {
  const loadThreaded = () => import("onnxruntime-web");
  return createWasmBackend(ort, { threads, turn: setImmediate, loadThreaded });
}
