import * as path from "node:path";
import type { FileSystem, OpenFile } from "../shared/files/file-system.ts";
import { deno } from "./runtime.ts";

declare function addEventListener(type: "unload", action: () => void): void;
declare function removeEventListener(type: "unload", action: () => void): void;

async function openFile(file: string): Promise<OpenFile> {
  const handle = await deno.open(file, { read: true });
  return {
    size: async () => (await handle.stat()).size,
    async read(target, position) {
      await handle.seek(position, 0);
      return (await handle.read(target)) ?? 0;
    },
    close: async () => handle.close(),
  };
}

async function list(folder: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of deno.readDir(folder)) names.push(name);
  return names;
}

/** Deno's disk; path mathematics are the same as Node's and need no permission. */
export const denoFileSystem: FileSystem = {
  path,
  isWindows: deno.build.os === "windows",
  readFile: (file) => deno.readFile(file),
  writeFile: (file, bytes) => deno.writeFile(file, bytes),
  open: openFile,
  stat: async (file) => ({ isFolder: (await deno.stat(file)).isDirectory }),
  realPath: (file) => deno.realPath(file),
  rename: (from, to) => deno.rename(from, to),
  makeFolder: (folder) => deno.mkdir(folder),
  makeFolders: (folder) => deno.mkdir(folder, { recursive: true }),
  makeTemporaryFolder: (parent, prefix) => deno.makeTempDir({ dir: parent, prefix }),
  list,
  async remove(file) {
    await deno.remove(file, { recursive: true }).catch((error: unknown) => {
      if (!(error instanceof deno.errors.NotFound)) throw error;
    });
  },
  removeEmptyFolder: (folder) => deno.remove(folder),
  removeNow: (file) => deno.removeSync(file, { recursive: true }),
  removeEmptyFolderNow(folder) {
    try {
      deno.removeSync(folder);
    } catch {
      // Something is in it: it stays.
    }
  },
  onExit(action) {
    addEventListener("unload", action);
    return () => removeEventListener("unload", action);
  },
};
