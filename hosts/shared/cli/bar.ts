import { Presets, SingleBar } from "cli-progress";
import type { Bar } from "../ports.ts";

/** Clears the line that the cursor is in. */
const CLEAR_LINE = "\r\u001b[K";

export interface Bars {
  start(label: string, total: number): Bar;
  /** Writes something to the terminal while a bar may be there: above it. What is written ends with the end of a line. */
  aside(write: () => void): void;
}

function newBar(label: string, stream: NodeJS.WritableStream): SingleBar {
  return new SingleBar(
    {
      format: `${label.padEnd(11)} {bar} {percentage} % | {value}/{total} | {duration_formatted}, {eta_formatted} left`,
      stream,
      gracefulExit: false,
      clearOnComplete: false,
      // What was written aside has cleared it.
      forceRedraw: true,
      etaBuffer: 50,
    },
    Presets.shades_classic,
  );
}

/**
 * Bars on a terminal's error stream, a stream as Node has them, one at a time. They leave signals alone: the program decides what happens on
 * Ctrl-C. @param onExit calls what it is given when the process ends in the middle, and returns how to call that off.
 */
export function terminalBars(
  stream: NodeJS.WritableStream,
  onExit: (action: () => void) => () => void,
): Bars {
  let shown: SingleBar | undefined;
  const start = (label: string, total: number): Bar => {
    const bar = newBar(label, stream);
    bar.start(total, 0);
    shown = bar;
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
        shown = undefined;
      },
    };
  };
  const aside = (write: () => void): void => {
    if (shown) stream.write(CLEAR_LINE);
    write();
    shown?.render();
  };
  return { start, aside };
}
