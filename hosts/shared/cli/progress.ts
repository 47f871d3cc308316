import type { Ports } from "../ports.ts";

/** How far a pass over the data is. */
export interface Progress {
  /** One batch more. */
  step(): void;
  /** There will be so many, other than was said. */
  expect(total: number): void;
  stop(): void;
}

/** Shows nothing: where many models are run, only the whole is shown. */
export const SILENT: Progress = { step: () => undefined, expect: () => undefined, stop: () => undefined };

/** Without a terminal a line is written at most this often. */
const LINE_EVERY_MS = 5000;

function seconds(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const whole = Math.round(ms / 1000);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** One and several of what is counted. */
type Unit = readonly [string, string];
const BATCHES: Unit = ["batch", "batches"];

type Clock = Pick<Ports, "now" | "terminal" | "startBar">;

/** Plain lines for logs and pipes: the first, the last, and one every few seconds. */
function startLines(ports: Clock, label: string, total: number, unit: Unit): Progress {
  const begin = ports.now();
  let [done, last, expected] = [0, begin, total];
  const write = (text: string) => ports.terminal.err(`${label} ${text}\n`);
  return {
    step() {
      done++;
      const now = ports.now();
      if (now - last < LINE_EVERY_MS || done >= expected) return;
      last = now;
      const left = ((now - begin) / done) * (expected - done);
      write(`${done}/${expected}, about ${seconds(left)} left`);
    },
    expect: (count) => {
      expected = count;
    },
    stop: () => write(`${done} ${done === 1 ? unit[0] : unit[1]} in ${seconds(ports.now() - begin)}`),
  };
}

/** Shows a pass over `expected` batches, or whatever `unit` says: a bar with the time left on a terminal, plain lines elsewhere. A pass may turn out longer. */
export function startProgress(ports: Clock, label: string, total: number, unit: Unit = BATCHES): Progress {
  if (!ports.terminal.errIsTerminal) return startLines(ports, label, total, unit);
  const bar = ports.startBar(label, total);
  let [done, expected] = [0, total];
  return {
    step() {
      done++;
      bar.update(done, Math.max(done, expected));
    },
    expect(count) {
      expected = count;
      bar.update(done, expected);
    },
    stop: () => bar.stop(),
  };
}
