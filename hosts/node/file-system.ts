import { readdirSync, rmdirSync, rmSync } from "node:fs";
import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises";
import * as path from "node:path";
import type { FileSystem, OpenFile } from "../shared/files/file-system.ts";

async function openFile(file: string): Promise<OpenFile> {
  const handle = await open(file, "r");
  return {
    size: async () => (await handle.stat()).size,
    read: async (target, position) => (await handle.read(target, 0, target.length, position)).bytesRead,
    close: () => handle.close(),
  };
}

/** Node's disk. */
export const nodeFileSystem: FileSystem = {
  path,
  isWindows: process.platform === "win32",
  readFile: (file) => readFile(file),
  writeFile: (file, bytes) => writeFile(file, bytes),
  open: openFile,
  stat: async (file) => ({ isFolder: (await stat(file)).isDirectory() }),
  realPath: (file) => realpath(file),
  rename: (from, to) => rename(from, to),
  makeFolder: (folder) => mkdir(folder),
  makeFolders: async (folder) => void (await mkdir(folder, { recursive: true })),
  makeTemporaryFolder: (parent, prefix) => mkdtemp(path.join(parent, prefix)),
  list: (folder) => readdir(folder),
  remove: (file) => rm(file, { recursive: true, force: true }),
  removeEmptyFolder: (folder) => rmdir(folder),
  removeNow: (file) => rmSync(file, { recursive: true, force: true }),
  removeEmptyFolderNow(folder) {
    if (readdirSync(folder).length === 0) rmdirSync(folder);
  },
  onExit(action) {
    process.once("exit", action);
    return () => void process.off("exit", action);
  },
};
