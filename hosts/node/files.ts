import { access, open, readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, parse, resolve, sep } from "node:path";
import { ConfigError, ModelError } from "../../core-ts/errors.ts";
import type { ExternalReader } from "../../core-ts/onnx/external.ts";
import type { Files } from "../shared/ports.ts";
import { stage } from "./staging.ts";
import { systemReason } from "./system-reason.ts";

async function readWhole(path: string, option: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new ConfigError(`${path} can't be read: ${systemReason(cause)}; check ${option}`, {
      option,
      cause,
    });
  }
}

/** Reads [offset, offset + length) of a file; to its end without a length. */
async function readPart(path: string, offset: number, length: number | undefined): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const wanted = length ?? size - offset;
    if (offset + wanted > size || wanted < 0) {
      throw new ModelError(
        `the data file ${path} has ${size} bytes, the model wants ${wanted} from byte ${offset}; it is cut off or belongs to another model`,
        { file: path },
      );
    }
    const bytes = new Uint8Array(wanted);
    for (let done = 0; done < wanted; ) {
      const { bytesRead } = await file.read(bytes, done, wanted - done, offset + done);
      if (bytesRead === 0)
        throw new ModelError(`the data file ${path} ended while it was read`, { file: path });
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Data files beside the model; a symbolic link that leads out of the model's folder is refused like a path that does. */
function externalReader(modelPath: string): ExternalReader {
  const folder = dirname(resolve(modelPath));
  return async (location, offset, length) => {
    const path = join(folder, location);
    try {
      const [home, file] = await Promise.all([realpath(folder), realpath(path)]);
      if (!file.startsWith(home.endsWith(sep) ? home : home + sep)) {
        throw new ModelError(
          `the model's data file ${path} is ${file}, outside of the model's folder; put a copy beside the model`,
          { file: path },
        );
      }
      return await readPart(file, offset, length);
    } catch (cause) {
      if (cause instanceof ModelError) throw cause;
      throw new ModelError(
        `the model's data file ${path} can't be read: ${systemReason(cause)}; keep it beside the model`,
        { file: path, cause },
      );
    }
  };
}

/** Windows' file systems refuse these in names; elsewhere the slash is the only one. */
const RESERVED = process.platform === "win32" ? /[\\:*?"<>|]/ : /(?!)/;

export const nodeFiles: Files = {
  read: readWhole,
  exists: (path) =>
    access(path).then(
      () => true,
      () => false,
    ),
  external: externalReader,
  isFolder: (path) =>
    stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    ),
  stage,
  stem: (path) => parse(path).name,
  join,
  split: (path) => ({ folder: dirname(path), name: basename(path) }),
  reserved: RESERVED,
};
