import type { BadData, TaskContext } from "../../../../hosts/shared/infer/configured/task.ts";
import { ConfigReader } from "../../../../hosts/shared/infer/input-config.ts";
import { MemoryFiles } from "../../../../hosts/shared/job/memory-files.ts";

const bytesOf = (content: string | Uint8Array) =>
  typeof content === "string" ? new TextEncoder().encode(content) : content;

/** A task's surroundings in memory: files, what was told, and what was written. */
export function memoryContext(
  content: Readonly<Record<string, string | Uint8Array>>,
  config: Readonly<Record<string, unknown>>,
  options: { readonly runMode?: string; readonly badData?: BadData } = {},
) {
  const files = new MemoryFiles(
    new Map(Object.entries(content).map(([path, value]) => [path, bytesOf(value)])),
  );
  const [notes, written]: [string[], Map<string, Uint8Array>] = [[], new Map()];
  const context: TaskContext = {
    config: new ConfigReader(config, "x"),
    runMode: options.runMode ?? "quant",
    files,
    dataDir: "data/images",
    names: Object.keys(content)
      .filter((path) => path.startsWith("data/images/"))
      .map((path) => path.slice("data/images/".length))
      .sort(),
    badData: options.badData ?? "stop",
    note: (sentence) => void notes.push(sentence),
    stage: async (folder) => ({
      write: async (name, bytes) => void written.set(files.join(folder, name), bytes.slice()),
    }),
  };
  return { context, notes, written };
}

export const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
