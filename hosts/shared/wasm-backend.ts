import type { Env } from "onnxruntime-common";
import type { Backend } from "../../core-ts/backend.ts";
import { createOrtBackend, type OrtRuntime } from "./ort-backend.ts";

export interface WasmOptions {
  /** One session's threads; read when the first session is made, later values change nothing. */
  readonly threads: number;
  /** Lets the runtime's event loop turn once: onnxruntime-web computes on the calling thread, where it would keep signals and messages waiting. */
  readonly turn: () => Promise<void>;
}

/** onnxruntime-web: the same bytes on every host. */
export function createWasmBackend(
  runtime: OrtRuntime & { readonly env: Env },
  { threads, turn }: WasmOptions,
): Backend {
  runtime.env.wasm.numThreads = threads;
  runtime.env.logLevel = "error";
  const name = `onnxruntime-web ${runtime.env.versions.web ?? ""}`.trimEnd();
  const backend = createOrtBackend(runtime, { name });
  return {
    name,
    async createSession(model) {
      const session = await backend.createSession(model);
      return {
        inputNames: session.inputNames,
        outputNames: session.outputNames,
        async run(feeds) {
          await turn();
          return session.run(feeds);
        },
        release: () => session.release(),
      };
    },
  };
}
