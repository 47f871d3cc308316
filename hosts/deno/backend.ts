import { fileURLToPath } from "node:url";
import type { Backend } from "../../core-ts/backend.ts";
import { ConfigError } from "../../core-ts/errors.ts";
import { backendChooser } from "../shared/backend-choice.ts";
import { withheld } from "./permissions.ts";

/** Where a package lies: the folder that holds the folder of its entry. */
const packageFolder = (name: string): string =>
  fileURLToPath(new URL("..", import.meta.resolve(name))).replace(/[\\/]$/, "");

/** The native library is a Node addon, and addons are foreign functions to Deno. */
async function native(threads: number): Promise<Backend> {
  const missing = withheld({ name: "ffi", path: packageFolder("onnxruntime-node") });
  if (missing) throw new Error(missing);
  return (await import("../node/ort.ts")).createNodeBackend({ threads });
}

async function wasm(threads: number): Promise<Backend> {
  // It reads its own .wasm file, much later, and fails with a page of text.
  const missing = withheld({ name: "read", path: packageFolder("onnxruntime-web") });
  if (missing) {
    throw new ConfigError(
      `onnxruntime-web can't be loaded: ${missing}; add it in front of the program's name`,
    );
  }
  return (await import("../node/wasm.ts")).createNodeWasmBackend({ threads });
}

/** `createBackend` of Deno's ports. */
export const chooseDenoBackend = backendChooser({ native, wasm });
