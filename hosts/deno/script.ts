import { pathToFileURL } from "node:url";
import { runScript } from "../shared/infer/load-script.ts";
import type { RegisteredFunctions } from "../shared/infer/registry.ts";
import { denoFileSystem } from "./file-system.ts";
// Loaded with the program, what scripts import is there already: they need no permission to read it.
import "./mod.ts";

/**
 * Runs a user script, TypeScript or JavaScript, as a module of this program: the import map of deno.json gives it "knight-quant", this very instance,
 * wherever on the disk it lies. It has the permissions of the program.
 * @throws ConfigError naming the script.
 */
export function loadScript(path: string): Promise<RegisteredFunctions> {
  return runScript(denoFileSystem, path, (file) => import(pathToFileURL(file).href));
}
