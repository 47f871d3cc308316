import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "../../core-ts/errors.ts";
import type { UserDefaults } from "../shared/ports.ts";
import { systemReason } from "./system-reason.ts";

/** The user's folder for settings: $XDG_CONFIG_HOME or ~/.config (XDG Base Directory Specification), on Windows %APPDATA%. */
function configFolder(env: NodeJS.ProcessEnv): string {
  const windows = process.platform === "win32" ? env.APPDATA : undefined;
  // The specification: a path that is not absolute is to be ignored.
  const xdg = env.XDG_CONFIG_HOME?.startsWith("/") ? env.XDG_CONFIG_HOME : undefined;
  return join(windows ?? xdg ?? join(homedir(), ".config"), "knight-quant");
}

function parseChip(text: string, path: string): string | undefined {
  try {
    const { chip } = JSON.parse(text) as { readonly chip?: unknown };
    if (chip === undefined || typeof chip === "string") return chip;
  } catch {
    // The sentence below says all there is to say about a file that is no JSON.
  }
  throw new ConfigError(
    `the settings file ${path} is damaged, expected {"chip": "NAME"}; delete it, or store a chip again with Knight --default-chip CHIP`,
    { file: path },
  );
}

/** Defaults in a JSON file of the user's. It is written beside its place and moved there: never half of it is seen. */
export function nodeDefaults(env: NodeJS.ProcessEnv = process.env): UserDefaults {
  const folder = configFolder(env);
  const place = join(folder, "defaults.json");
  return {
    place,
    async chip() {
      let text: string;
      try {
        text = await readFile(place, "utf8");
      } catch (cause) {
        if ((cause as { code?: string }).code === "ENOENT") return undefined;
        throw new ConfigError(`the settings file ${place} can't be read: ${systemReason(cause)}`, {
          file: place,
          cause,
        });
      }
      return parseChip(text, place);
    },
    async storeChip(chip) {
      const draft = `${place}.${process.pid}`;
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(draft, `${JSON.stringify({ chip }, null, 2)}\n`);
        await rename(draft, place);
      } catch (cause) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw new ConfigError(
          `the settings file ${place} can't be written: ${systemReason(cause)}; set XDG_CONFIG_HOME to a folder that can, or give --chip each time`,
          { file: place, cause },
        );
      }
    },
  };
}
