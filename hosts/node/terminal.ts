import pc from "picocolors";
import { terminalBars } from "../shared/cli/bar.ts";
import type { Terminal } from "../shared/ports.ts";
import { nodeFileSystem } from "./file-system.ts";

const bars = terminalBars(process.stderr, nodeFileSystem.onExit);

/** The process's own streams. */
export const nodeTerminal: Terminal = {
  out: (text) => bars.aside(() => process.stdout.write(text)),
  err: (text) => bars.aside(() => process.stderr.write(text)),
  errIsTerminal: process.stderr.isTTY === true,
  // picocolors looks at NO_COLOR, FORCE_COLOR and --color as well as at the terminal.
  outColors: process.stdout.isTTY === true && pc.isColorSupported,
  errColors: process.stderr.isTTY === true && pc.isColorSupported,
};

/** A bar on standard error. */
export const startBar = bars.start;
