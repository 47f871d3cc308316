import type { LogLine } from "./app.ts";

/** A line of JSON a time, on standard output. */
export function consoleLog(line: LogLine): void {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...line }));
}
