import { ConfigError, ModelError } from "../../../core-ts/errors.ts";
import type { Files, Staging } from "../ports.ts";

const LETTERS = /^.*[\\/]/;

/** What follows the last slash: names of uploaded files may carry the folders of another machine. */
export function baseName(path: string): string {
  return path.replace(LETTERS, "");
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder.replace(/\/$/, "")}/${name}`;
}

/** A file system that is a map from path to content: "data/x.npy". What a run publishes is added to it. */
export class MemoryFiles implements Files {
  readonly reserved = /(?!)/;
  readonly join = join;

  constructor(private readonly content: Map<string, Uint8Array>) {}

  async read(path: string, option: string): Promise<Uint8Array> {
    const found = this.content.get(path);
    if (found) return found;
    const known = [...this.content.keys()].map((name) => `"${name}"`).join(", ");
    throw new ConfigError(
      `${option} names "${path}", which is not among the files given: ${known || "none"}`,
      {
        option,
      },
    );
  }

  async exists(path: string): Promise<boolean> {
    return this.content.has(path) || this.isFolder(path);
  }

  async isFolder(path: string): Promise<boolean> {
    return [...this.content.keys()].some((name) => name.startsWith(join(path, "")));
  }

  /** Names of the files in a folder, sorted. */
  async list(folder: string): Promise<string[]> {
    const prefix = join(folder, "");
    const below = [...this.content.keys()].filter((name) => name.startsWith(prefix));
    return [...new Set(below.map((name) => name.slice(prefix.length).split("/")[0]!))].sort();
  }

  /** External data come with the model, whatever folder the model says they are in. */
  external(): ReturnType<Files["external"]> {
    return async (location, offset, length) => {
      const whole = this.content.get(baseName(location));
      if (!whole) {
        throw new ModelError(
          `the model keeps weights in the file "${location}", which was not given; give it together with the model`,
          { file: location },
        );
      }
      const end = length === undefined ? whole.length : offset + length;
      if (end > whole.length || end < offset) {
        throw new ModelError(
          `the data file "${location}" has ${whole.length} bytes, the model wants those up to ${end}; it is cut off or belongs to another model`,
          { file: location },
        );
      }
      return whole.subarray(offset, end);
    };
  }

  async stage(folder: string): Promise<Staging> {
    const staged = new Map<string, Uint8Array>();
    return {
      // A copy: who wrote may use its buffer again.
      write: async (path, bytes) => void staged.set(join(folder, path), bytes.slice()),
      publish: async () => {
        for (const [path, bytes] of staged) this.content.set(path, bytes);
      },
      discard: async () => staged.clear(),
    };
  }

  stem(path: string): string {
    return baseName(path).replace(/(?<=.)\.[^.]*$/, "");
  }

  split(path: string): { folder: string; name: string } {
    const name = baseName(path);
    return { folder: path.slice(0, -name.length).replace(/\/$/, ""), name };
  }
}
