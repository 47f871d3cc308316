import process from "node:process";
import { terminalBars } from "../shared/cli/bar.ts";
import type { Terminal } from "../shared/ports.ts";
import { denoFileSystem } from "./file-system.ts";
import { deno } from "./runtime.ts";

/** Writes all of it before it returns: nothing is left to flush. A reader that has gone (`| head`) is no mistake. */
function write(stream: typeof deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  try {
    for (let done = 0; done < bytes.length; ) done += stream.writeSync(bytes.subarray(done));
  } catch (error) {
    if (!(error instanceof deno.errors.BrokenPipe)) throw error;
  }
}

const bars = terminalBars(process.stderr, denoFileSystem.onExit);

/** The process's own streams; Deno reads NO_COLOR itself, without a permission. */
export const denoTerminal: Terminal = {
  out: (text) => bars.aside(() => write(deno.stdout, text)),
  err: (text) => bars.aside(() => write(deno.stderr, text)),
  errIsTerminal: deno.stderr.isTerminal(),
  outColors: deno.stdout.isTerminal() && !deno.noColor,
  errColors: deno.stderr.isTerminal() && !deno.noColor,
};

/** A bar on standard error. */
export const startBar = bars.start;
