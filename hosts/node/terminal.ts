import { Presets, SingleBar } from "cli-progress";
import pc from "picocolors";
import type { Bar, Terminal } from "../shared/ports.ts";

/** The process's own streams. */
export const nodeTerminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  errIsTerminal: process.stderr.isTTY === true,
  // picocolors looks at NO_COLOR, FORCE_COLOR and --color as well as at the terminal.
  outColors: process.stdout.isTTY === true && pc.isColorSupported,
  errColors: process.stderr.isTTY === true && pc.isColorSupported,
};

/** A bar on standard error. It leaves signals alone: main.ts decides what happens on Ctrl-C. */
export function startBar(label: string, total: number): Bar {
  const bar = new SingleBar(
    {
      format: `${label.padEnd(11)} {bar} {percentage} % | {value}/{total} | {duration_formatted}, {eta_formatted} left`,
      stream: process.stderr,
      gracefulExit: false,
      clearOnComplete: false,
      etaBuffer: 50,
    },
    Presets.shades_classic,
  );
  bar.start(total, 0);
  // The bar turns off the terminal's line wrapping; a process that ends in the middle must not leave it so.
  const stop = () => bar.stop();
  process.once("exit", stop);
  return {
    update(done, expected) {
      bar.setTotal(expected);
      bar.update(done);
    },
    stop() {
      process.off("exit", stop);
      stop();
    },
  };
}
