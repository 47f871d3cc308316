import { ConfigError } from "../../../core-ts/errors.ts";
import type { UserDefaults } from "../ports.ts";
import { type FileSystem, isMissing } from "./file-system.ts";
import { systemReason } from "./system-reason.ts";

/** What a runtime tells of the user. A variable that may not be read is undefined. */
export interface UserEnvironment {
  variable(name: string): string | undefined;
  /** Undefined where it is not known. */
  home(): string | undefined;
}

/** The user's folder for settings: $XDG_CONFIG_HOME or ~/.config (XDG Base Directory Specification), on Windows %APPDATA%. */
export function configFolder(fs: FileSystem, user: UserEnvironment): string | undefined {
  const windows = fs.isWindows ? user.variable("APPDATA") : undefined;
  const xdg = user.variable("XDG_CONFIG_HOME");
  // The specification: a path that is not absolute is to be ignored.
  const given = windows ?? (xdg?.startsWith("/") ? xdg : undefined);
  const home = given === undefined ? user.home() : undefined;
  const parent = given ?? (home === undefined ? undefined : fs.path.join(home, ".config"));
  return parent === undefined ? undefined : fs.path.join(parent, "knight-quant");
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

async function readChip(fs: FileSystem, place: string): Promise<string | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await fs.readFile(place);
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    throw new ConfigError(`the settings file ${place} can't be read: ${systemReason(cause)}`, {
      file: place,
      cause,
    });
  }
  return parseChip(new TextDecoder().decode(bytes), place);
}

/** The file is written beside its place and moved there: never half of it is seen. */
async function writeChip(fs: FileSystem, place: string, chip: string): Promise<void> {
  const folder = fs.path.dirname(place);
  let draft: string | undefined;
  try {
    await fs.makeFolders(folder);
    draft = await fs.makeTemporaryFolder(folder, ".knight-");
    const file = fs.path.join(draft, "defaults.json");
    await fs.writeFile(file, new TextEncoder().encode(`${JSON.stringify({ chip }, null, 2)}\n`));
    await fs.rename(file, place);
  } catch (cause) {
    throw new ConfigError(
      `the settings file ${place} can't be written: ${systemReason(cause)}; set XDG_CONFIG_HOME to a folder that can, or give --chip each time`,
      { file: place, cause },
    );
  } finally {
    if (draft !== undefined) await fs.remove(draft).catch(() => undefined);
  }
}

/** Defaults in a JSON file of the user's folder for settings. */
export function defaultsIn(fs: FileSystem, folder: string): UserDefaults {
  const place = fs.path.join(folder, "defaults.json");
  return { place, chip: () => readChip(fs, place), storeChip: (chip) => writeChip(fs, place, chip) };
}
