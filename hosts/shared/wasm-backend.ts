import type { Env } from "onnxruntime-common";
import type { Backend, Session } from "../../core-ts/backend.ts";
import { createOrtBackend, type OrtRuntime } from "./ort-backend.ts";

/** An instance of onnxruntime-web. */
export type WasmRuntime = OrtRuntime & { readonly env: Env };

export interface WasmOptions {
  /** Lets the runtime's event loop turn once: onnxruntime-web computes on the calling thread, where it would keep signals and messages waiting. */
  readonly turn: () => Promise<void>;
  /** Threads of sessions whose answers are only reported; read when the first of them is made, later values change nothing. */
  readonly threads: number;
  /** A second instance of the runtime, for those sessions; without it they have one thread like the others. */
  readonly loadThreaded?: () => Promise<WasmRuntime>;
}

function withTurns(session: Session, turn: WasmOptions["turn"]): Session {
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    async run(feeds) {
      await turn();
      return session.run(feeds);
    },
    release: () => session.release(),
  };
}

function backendOf(runtime: WasmRuntime, threads: number): Backend {
  runtime.env.wasm.numThreads = threads;
  runtime.env.logLevel = "error";
  return createOrtBackend(runtime, { name: `onnxruntime-web ${runtime.env.versions.web ?? ""}`.trimEnd() });
}

/**
 * onnxruntime-web: the same bytes on every host. How its convolutions split their sums depends on the number of threads, so what decides the written
 * model is computed by one; an instance has one number of threads, so the others are another one's.
 */
export function createWasmBackend(
  runtime: WasmRuntime,
  { threads, turn, loadThreaded }: WasmOptions,
): Backend {
  const single = backendOf(runtime, 1);
  let threaded: Promise<Backend> | undefined;
  const forReport = async (): Promise<Backend> => {
    if (threads === 1 || !loadThreaded) return single;
    threaded ??= loadThreaded().then((second) => backendOf(second, threads));
    return threaded;
  };
  return {
    name: single.name,
    async createSession(model, use) {
      const backend = use === "report" || use === "piece" ? await forReport() : single;
      return withTurns(await backend.createSession(model, use), turn);
    },
  };
}
