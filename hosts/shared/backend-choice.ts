import type { Backend } from "../../core-ts/backend.ts";
import { ConfigError } from "../../core-ts/errors.ts";
import type { Log } from "./cli/log.ts";

/** Runtimes that --backend names. auto: the native one where the host has it, else the one that is the same everywhere. */
export const BACKENDS = ["auto", "native", "wasm"] as const;
export type BackendChoice = (typeof BACKENDS)[number];

export const BACKEND_OPTION = "--backend";

/** The runtimes of a host that may have both kinds, each loaded when it is wanted. */
export interface RuntimeLoaders {
  /** Rejects where the host can't load it, with an error that says why. */
  native(threads: number): Promise<Backend>;
  wasm(threads: number): Promise<Backend>;
}

/** The first line of what a loader says: the rest is where it looked. */
function reasonOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0]!;
}

/**
 * `createBackend` of a host's ports.
 * @throws ConfigError where the native runtime is asked for and can't be loaded.
 */
export function backendChooser(
  loaders: RuntimeLoaders,
): (threads: number, choice: BackendChoice, log: Log) => Promise<Backend> {
  return async (threads, choice, log) => {
    if (choice === "wasm") return loaders.wasm(threads);
    try {
      return await loaders.native(threads);
    } catch (cause) {
      const reason = reasonOf(cause);
      if (choice === "native") {
        throw new ConfigError(
          `${BACKEND_OPTION} native: onnxruntime-node can't be loaded: ${reason}; give ${BACKEND_OPTION} wasm, or leave the option out`,
          { option: BACKEND_OPTION, cause },
        );
      }
      log("warning", `onnxruntime-web is used, which is slower: onnxruntime-node can't be loaded: ${reason}`);
      return loaders.wasm(threads);
    }
  };
}
