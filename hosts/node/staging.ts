import { readdirSync, rmdirSync, rmSync } from "node:fs";
import { access, mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ConfigError } from "../../core-ts/errors.ts";
import type { Staging } from "../shared/ports.ts";
import { systemReason } from "./system-reason.ts";

const SAVE_DIR = "-s/--save-dir";

function refusal(folder: string, option: string, cause: unknown): ConfigError {
  const long = option.split("/").at(-1);
  return new ConfigError(
    `can't write to ${folder}: ${systemReason(cause)}; give another folder with ${long}, or make room there`,
    { option, cause },
  );
}

/** Folders on the way to `folder` that are not there yet, deepest first. */
async function missingFolders(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let at = folder; ; at = dirname(at)) {
    const isThere = await access(at).then(
      () => true,
      () => false,
    );
    if (isThere || at === dirname(at)) return missing;
    missing.push(at);
  }
}

class FolderStaging implements Staging {
  /** For the process that ends in the middle: exit handlers can't wait. */
  readonly #onExit = () => {
    rmSync(this.temporary, { recursive: true, force: true });
    for (const folder of this.made) if (readdirSync(folder).length === 0) rmdirSync(folder);
  };

  constructor(
    private readonly folder: string,
    private readonly temporary: string,
    private readonly made: readonly string[],
    private readonly option: string,
  ) {
    process.once("exit", this.#onExit);
  }

  async write(path: string, bytes: Uint8Array): Promise<void> {
    const file = join(this.temporary, path);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, bytes);
    } catch (cause) {
      throw refusal(this.folder, this.option, cause);
    }
  }

  /** Each entry is renamed, the old one out of the way first; when one fails, those before it go back. */
  async publish(): Promise<void> {
    const undo: (() => Promise<void>)[] = [];
    try {
      for (const entry of await readdir(this.temporary)) {
        const source = join(this.temporary, entry);
        const target = join(this.folder, entry);
        const old = join(this.temporary, `.old-${entry}`);
        const replaced = await rename(target, old).then(
          () => true,
          () => false,
        );
        if (replaced) undo.unshift(() => rename(old, target));
        await rename(source, target);
        undo.unshift(() => rename(target, source));
      }
    } catch (cause) {
      for (const step of undo) await step().catch(() => undefined);
      throw refusal(this.folder, this.option, cause);
    }
  }

  async discard(): Promise<void> {
    await rm(this.temporary, { recursive: true, force: true });
    process.off("exit", this.#onExit);
    // Folders made for this run go again unless something is in them.
    for (const folder of this.made) await rmdir(folder).catch(() => undefined);
  }
}

/**
 * Makes `folder` and in it a hidden folder for the files under way: on the same file system, so that moving them into place is a rename.
 * @throws ConfigError when the folder can't be made or takes no files.
 */
export async function stage(folder: string, option: string = SAVE_DIR): Promise<Staging> {
  const target = resolve(folder);
  const made = await missingFolders(target);
  try {
    await mkdir(target, { recursive: true });
    return new FolderStaging(target, await mkdtemp(join(target, ".knight-")), made, option);
  } catch (cause) {
    for (const missing of made) await rmdir(missing).catch(() => undefined);
    throw refusal(target, option, cause);
  }
}
