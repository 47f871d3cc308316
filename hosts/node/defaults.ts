import { homedir } from "node:os";
import { configFolder, defaultsIn } from "../shared/files/defaults.ts";
import type { UserDefaults } from "../shared/ports.ts";
import { nodeFileSystem } from "./file-system.ts";

/** Defaults in a JSON file of the user's. */
export function nodeDefaults(env: NodeJS.ProcessEnv = process.env): UserDefaults {
  const user = { variable: (name: string) => env[name], home: homedir };
  return defaultsIn(nodeFileSystem, configFolder(nodeFileSystem, user)!);
}
