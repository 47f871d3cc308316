import { createJiti } from "jiti";
import * as core from "../../core-ts/index.ts";
import { runScript } from "../shared/infer/load-script.ts";
import type { RegisteredFunctions } from "../shared/infer/registry.ts";
import { nodeFileSystem } from "./file-system.ts";
import * as entry from "./index.ts";

/**
 * Runs a user script, TypeScript or JavaScript, and gives the infer functions it registered. To it "knight-quant" is this very
 * instance of the package, wherever on the disk the script lies: it needs no node_modules beside it.
 * @throws ConfigError naming the script.
 */
export function loadScript(path: string): Promise<RegisteredFunctions> {
  // No caches: they would leave files behind, and a script is loaded once.
  const loader = createJiti(import.meta.url, {
    fsCache: false,
    moduleCache: false,
    virtualModules: { "knight-quant": entry, "knight-quant/core": core },
  });
  return runScript(nodeFileSystem, path, (file) => loader.import(file));
}
