import { ConfigError } from "../../../core-ts/errors.ts";
import type { Staging } from "../ports.ts";
import { type FileSystem, isFolder } from "./file-system.ts";
import { systemReason } from "./system-reason.ts";

const SAVE_DIR = "-s/--save-dir";

function refusal(folder: string, option: string, cause: unknown): ConfigError {
  const long = option.split("/").at(-1);
  return new ConfigError(
    `can't write to ${folder}: ${systemReason(cause)}; give another folder with ${long}, or make room there`,
    { option, cause },
  );
}

/** Makes a folder and those missing on the way to it; adds what it made to `made`, deepest first. Needs not to look at what is there. */
async function makeMissing(fs: FileSystem, folder: string, made: string[]): Promise<void> {
  try {
    await fs.makeFolder(folder);
  } catch (error) {
    if (await isFolder(fs, folder)) return;
    const parent = fs.path.dirname(folder);
    const { code } = error as { readonly code?: string };
    if (code === "EEXIST") return;
    if (code !== "ENOENT" || parent === folder) throw error;
    await makeMissing(fs, parent, made);
    await fs.makeFolder(folder);
  }
  made.unshift(folder);
}

interface Place {
  readonly folder: string;
  readonly temporary: string;
  /** Folders that were made for it, deepest first. */
  readonly made: readonly string[];
  readonly option: string;
}

class FolderStaging implements Staging {
  readonly folder: string;
  /** For the process that ends in the middle: exit handlers can't wait. */
  readonly #callOff: () => void;

  constructor(
    private readonly fs: FileSystem,
    private readonly place: Place,
  ) {
    this.folder = place.folder;
    this.#callOff = fs.onExit(() => {
      fs.removeNow(place.temporary);
      for (const folder of place.made) fs.removeEmptyFolderNow(folder);
    });
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const file = this.fs.path.join(this.place.temporary, path);
    try {
      await this.fs.makeFolders(this.fs.path.dirname(file));
      await this.fs.writeFile(file, bytes);
    } catch (cause) {
      throw refusal(this.folder, this.place.option, cause);
    }
  }

  /** Each entry is renamed, the old one out of the way first; when one fails, those before it go back. */
  async publish(): Promise<void> {
    const { temporary } = this.place;
    const { join } = this.fs.path;
    const undo: (() => Promise<void>)[] = [];
    const move = async (from: string, to: string) => {
      await this.fs.rename(from, to);
      undo.unshift(() => this.fs.rename(to, from));
    };
    try {
      for (const entry of await this.fs.list(temporary)) {
        const target = join(this.folder, entry);
        await move(target, join(temporary, `.old-${entry}`)).catch(() => undefined);
        await move(join(temporary, entry), target);
      }
    } catch (cause) {
      for (const step of undo) await step().catch(() => undefined);
      throw refusal(this.folder, this.place.option, cause);
    }
  }

  async discard(): Promise<void> {
    await this.fs.remove(this.place.temporary);
    this.#callOff();
    // Folders made for this run go again unless something is in them.
    for (const folder of this.place.made) await this.fs.removeEmptyFolder(folder).catch(() => undefined);
  }
}

/**
 * Makes `folder` and in it a hidden folder for the files under way: on the same file system, so that moving them into place is a rename.
 * @throws ConfigError when the folder can't be made or takes no files.
 */
export async function stage(fs: FileSystem, folder: string, option: string = SAVE_DIR): Promise<Staging> {
  const target = fs.path.resolve(folder);
  const made: string[] = [];
  let temporary: string | undefined;
  try {
    await makeMissing(fs, target, made);
    temporary = await fs.makeTemporaryFolder(target, ".knight-");
    // What may not be listed can't be moved into place at the end: better known now.
    await fs.list(temporary);
    return new FolderStaging(fs, { folder: target, temporary, made, option });
  } catch (cause) {
    if (temporary !== undefined) await fs.remove(temporary).catch(() => undefined);
    for (const missing of made) await fs.removeEmptyFolder(missing).catch(() => undefined);
    throw refusal(target, option, cause);
  }
}
