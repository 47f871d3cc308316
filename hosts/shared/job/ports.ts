import { ConfigError } from "../../../core-ts/errors.ts";
import type { Ports, Terminal } from "../ports.ts";
import type { JobHost } from "./job.ts";
import type { MemoryFiles } from "./memory-files.ts";

/** What a run printed as its result. */
export interface Text {
  value: string;
}

/** What the command needs, for a run in memory: bars and lines become events, results are kept. */
export function jobPorts(host: JobHost, files: MemoryFiles): { ports: Ports; text: Text } {
  const text: Text = { value: "" };
  const terminal: Terminal = {
    out: (part) => {
      text.value += part;
    },
    err: (line) => host.onEvent({ kind: "log", level: "info", message: line.trim() }),
    // Bars are asked for where somebody watches; here they are events.
    errIsTerminal: true,
    outColors: false,
    errColors: false,
  };
  const { onEvent, ...rest } = host;
  const ports: Ports = {
    ...rest,
    terminal,
    files,
    defaults: {
      place: "the options",
      chip: async () => undefined,
      storeChip: async () => undefined,
    },
    startBar(label, total) {
      onEvent({ kind: "progress", label, done: 0, total });
      return {
        update: (done, expected) => onEvent({ kind: "progress", label, done, total: expected }),
        stop: () => undefined,
      };
    },
    async loadScript(path) {
      throw new ConfigError(`${path} can't be run: a job runs no scripts`);
    },
  };
  return { ports, text };
}
