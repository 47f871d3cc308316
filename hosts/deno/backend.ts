import { setImmediate } from "node:timers/promises";
import type { Backend } from "../../core-ts/backend.ts";
import { backendChooser } from "../shared/backend-choice.ts";
import { createWasmBackend } from "../shared/wasm-backend.ts";
import { isGranted } from "./runtime.ts";

/** The native library is a Node addon, and addons are foreign functions to Deno. */
async function native(threads: number): Promise<Backend> {
  if (!isGranted({ name: "ffi" })) throw new Error("Deno was started without --allow-ffi");
  return (await import("../node/ort.ts")).createNodeBackend({ threads });
}

async function wasm(threads: number): Promise<Backend> {
  return createWasmBackend(await import("onnxruntime-web"), { threads, turn: setImmediate });
}

/** `createBackend` of Deno's ports. */
export const chooseDenoBackend = backendChooser({ native, wasm });
