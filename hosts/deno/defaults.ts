import { ConfigError } from "../../core-ts/errors.ts";
import { configFolder, defaultsIn, type UserEnvironment } from "../shared/files/defaults.ts";
import type { UserDefaults } from "../shared/ports.ts";
import { denoFileSystem } from "./file-system.ts";
import { isGranted } from "./permissions.ts";
import { deno } from "./runtime.ts";

function variable(name: string): string | undefined {
  return isGranted({ name: "env", variable: name }) ? deno.env.get(name) : undefined;
}

const USER: UserEnvironment = {
  variable,
  home: () => variable(denoFileSystem.isWindows ? "USERPROFILE" : "HOME"),
};

/** Nothing is stored for a program that may not look where it would be. */
const NOWHERE: UserDefaults = {
  place: "nowhere",
  chip: async () => undefined,
  async storeChip() {
    throw new ConfigError(
      "the default chip can't be stored: grant --allow-env=HOME,XDG_CONFIG_HOME, and --allow-read and --allow-write for the folder of the settings, or give --chip each time",
    );
  },
};

/** Defaults in the same file as Node's, where the permissions go so far. */
export function denoDefaults(): UserDefaults {
  const folder = configFolder(denoFileSystem, USER);
  const isOpen = folder !== undefined && isGranted({ name: "read", path: folder });
  return isOpen ? defaultsIn(denoFileSystem, folder) : NOWHERE;
}
