import { ConfigError, ModelError } from "../../../core-ts/errors.ts";
import type { ExternalReader } from "../../../core-ts/onnx/external.ts";
import type { Files } from "../ports.ts";
import { exists, type FileSystem, isFolder } from "./file-system.ts";
import { stage } from "./staging.ts";
import { systemReason } from "./system-reason.ts";

async function readWhole(fs: FileSystem, path: string, option: string): Promise<Uint8Array> {
  try {
    return await fs.readFile(path);
  } catch (cause) {
    throw new ConfigError(`${path} can't be read: ${systemReason(cause)}; check ${option}`, {
      option,
      cause,
    });
  }
}

/** Reads [offset, offset + length) of a file; to its end without a length. */
async function readPart(
  fs: FileSystem,
  path: string,
  offset: number,
  length: number | undefined,
): Promise<Uint8Array> {
  const file = await fs.open(path);
  try {
    const size = await file.size();
    const wanted = length ?? size - offset;
    if (offset + wanted > size || wanted < 0) {
      throw new ModelError(
        `the data file ${path} has ${size} bytes, the model wants ${wanted} from byte ${offset}; it is cut off or belongs to another model`,
        { file: path },
      );
    }
    const bytes = new Uint8Array(wanted);
    for (let done = 0; done < wanted; ) {
      const count = await file.read(bytes.subarray(done), offset + done);
      if (count === 0) throw new ModelError(`the data file ${path} ended while it was read`, { file: path });
      done += count;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/** Data files beside the model; a symbolic link that leads out of the model's folder is refused like a path that does. */
function externalReader(fs: FileSystem, modelPath: string): ExternalReader {
  const { dirname, join, resolve, sep } = fs.path;
  const folder = dirname(resolve(modelPath));
  return async (location, offset, length) => {
    const path = join(folder, location);
    try {
      const [home, file] = await Promise.all([fs.realPath(folder), fs.realPath(path)]);
      if (!file.startsWith(home.endsWith(sep) ? home : home + sep)) {
        throw new ModelError(
          `the model's data file ${path} is ${file}, outside of the model's folder; put a copy beside the model`,
          { file: path },
        );
      }
      return await readPart(fs, file, offset, length);
    } catch (cause) {
      if (cause instanceof ModelError) throw cause;
      throw new ModelError(
        `the model's data file ${path} can't be read: ${systemReason(cause)}; keep it beside the model`,
        { file: path, cause },
      );
    }
  };
}

async function listFolder(fs: FileSystem, folder: string, option: string): Promise<string[]> {
  try {
    return (await fs.list(folder)).sort();
  } catch (cause) {
    throw new ConfigError(`${folder} can't be read: ${systemReason(cause)}; check ${option}`, {
      option,
      cause,
    });
  }
}

/** The files of a command line, on a disk. */
export function filesOn(fs: FileSystem): Files {
  const { path } = fs;
  return {
    read: (file, option) => readWhole(fs, file, option),
    exists: (file) => exists(fs, file),
    external: (model) => externalReader(fs, model),
    isFolder: (file) => isFolder(fs, file),
    list: (folder, option) => listFolder(fs, folder, option),
    stage: (folder, option) => stage(fs, folder, option),
    stem: (file) => path.parse(file).name,
    join: (folder, name) => path.join(folder, name),
    split: (file) => ({ folder: path.dirname(file), name: path.basename(file) }),
    // Windows' file systems refuse these in names; elsewhere the slash is the only one.
    reserved: fs.isWindows ? /[\\:*?"<>|]/ : /(?!)/,
  };
}
