import type { LogLevel } from "../../../core-ts/pipeline.ts";
import type { Terminal } from "../ports.ts";

/** In the order of -l/--log-level. */
const LEVELS: readonly LogLevel[] = ["debug", "info", "warning", "error"];

export type Log = (level: LogLevel, message: string) => void;

/** Lines on the error stream, from `lowest` (0 debug .. 3 error) up. On a terminal a line first clears what a bar has left there. */
export function createLog(terminal: Terminal, lowest: number): Log {
  const clear = terminal.errIsTerminal ? "\r\x1b[K" : "";
  return (level, message) => {
    if (LEVELS.indexOf(level) < lowest) return;
    terminal.err(`${clear}[${level.toUpperCase()}] ${message}\n`);
  };
}
