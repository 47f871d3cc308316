/** Path mathematics of the runtime's platform: the part of Node's `path` that is used. It touches no disk, but for `resolve` with a relative path. */
export interface PathMaths {
  join(...parts: string[]): string;
  /** Absolute, without `.` and `..`. */
  resolve(path: string): string;
  dirname(path: string): string;
  basename(path: string): string;
  parse(path: string): { readonly name: string };
  readonly sep: string;
}

/** What a path leads to, symbolic links followed. */
export interface PathInfo {
  readonly isFolder: boolean;
}

/** A file to read parts of. */
export interface OpenFile {
  /** Bytes in it. */
  size(): Promise<number>;
  /** Reads into all of `target` if there is so much; returns how many bytes it has got, 0 at the end. */
  read(target: Uint8Array, position: number): Promise<number>;
  close(): Promise<void>;
}

/**
 * The disk, as a runtime gives it: what the rules about files in hosts/shared stand on. Its errors are the runtime's own; `systemReason`
 * puts them into words.
 */
export interface FileSystem {
  readonly path: PathMaths;
  readonly isWindows: boolean;
  readFile(path: string): Promise<Uint8Array>;
  /** Writes a whole file, over what is there. */
  writeFile(path: string, bytes: Uint8Array): Promise<void>;
  open(path: string): Promise<OpenFile>;
  stat(path: string): Promise<PathInfo>;
  /** The path without symbolic links. */
  realPath(path: string): Promise<string>;
  rename(from: string, to: string): Promise<void>;
  /** Makes one folder; fails where something is there. */
  makeFolder(path: string): Promise<void>;
  /** Makes a folder and those on the way to it; nothing to do for those that are there. */
  makeFolders(path: string): Promise<void>;
  /** Makes a new folder in `parent` whose name begins with `prefix`. */
  makeTemporaryFolder(parent: string, prefix: string): Promise<string>;
  /** Names in a folder. */
  list(folder: string): Promise<string[]>;
  /** Removes a file or a whole folder; one that is not there is removed already. */
  remove(path: string): Promise<void>;
  /** Fails where something is in it. */
  removeEmptyFolder(path: string): Promise<void>;
  /** The same for a process that is ending and can't wait. */
  removeNow(path: string): void;
  /** Leaves it where something is in it. */
  removeEmptyFolderNow(path: string): void;
  /** Calls `action` when the process ends in the middle; returns how to call that off. */
  onExit(action: () => void): () => void;
}

/** Whether an error says that nothing is at the path. */
export function isMissing(error: unknown): boolean {
  const { code } = (error ?? {}) as { readonly code?: string };
  return code === "ENOENT" || code === "ENOTDIR";
}

/** Whether something is there; true for what may not be looked at: whoever reads it gets the reason. */
export function exists(fs: FileSystem, path: string): Promise<boolean> {
  return fs.stat(path).then(
    () => true,
    (error: unknown) => !isMissing(error),
  );
}

/** False for what is not there. */
export function isFolder(fs: FileSystem, path: string): Promise<boolean> {
  return fs.stat(path).then(
    (found) => found.isFolder,
    () => false,
  );
}
