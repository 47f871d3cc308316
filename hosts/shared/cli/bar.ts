import { Presets, SingleBar } from "cli-progress";
import type { Bar } from "../ports.ts";

/**
 * Starts a bar on a terminal's error stream, a stream as Node has them. It leaves signals alone: the program decides what happens on
 * Ctrl-C. @param onExit calls what it is given when the process ends in the middle, and returns how to call that off.
 */
export function terminalBars(
  stream: NodeJS.WritableStream,
  onExit: (action: () => void) => () => void,
): (label: string, total: number) => Bar {
  return (label, total) => {
    const bar = new SingleBar(
      {
        format: `${label.padEnd(11)} {bar} {percentage} % | {value}/{total} | {duration_formatted}, {eta_formatted} left`,
        stream,
        gracefulExit: false,
        clearOnComplete: false,
        etaBuffer: 50,
      },
      Presets.shades_classic,
    );
    bar.start(total, 0);
    // The bar turns off the terminal's line wrapping; a process that ends in the middle must not leave it so.
    const callOff = onExit(() => bar.stop());
    return {
      update(done, expected) {
        bar.setTotal(expected);
        bar.update(done);
      },
      stop() {
        callOff();
        bar.stop();
      },
    };
  };
}
