import { AbortedError } from "../../../core-ts/errors.ts";
import type { Ports } from "../ports.ts";
import { describeFailure, exitCodeOf } from "./failure.ts";
import { runKnight, wantsStack } from "./run.ts";

/** Signals that ask the program to stop. */
export const STOP_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** The process that the command is the whole of, as its runtime gives it. */
export interface Program {
  readonly argv: readonly string[];
  /** Calls `heard` at every one of STOP_SIGNALS, instead of what the system does. */
  onSignal(heard: (signal: StopSignal) => void): void;
  /** Errors that nothing caught: those that a user script raises outside of its function. */
  onUncaught(failed: (error: unknown) => void): void;
  ports(signal: AbortSignal): Ports;
  /** Waits until all that was written has left: a pipe may take it a moment later. */
  flushed(): Promise<void>;
  /** Ends the process, whatever is under way. */
  exit(code: number): void;
}

/**
 * Runs the command and ends the process with its exit code. The first signal asks the run to stop and clean up, the second ends it at
 * once (what is under way is still removed).
 */
export async function runProgram(program: Program): Promise<void> {
  const { argv } = program;
  const controller = new AbortController();
  program.onSignal((signal) => {
    if (controller.signal.aborted) program.exit(exitCodeOf(new AbortedError("stopped"), signal));
    controller.abort(signal);
  });
  const ports = program.ports(controller.signal);
  program.onUncaught((error) => {
    ports.terminal.err(describeFailure(error, wantsStack(argv)));
    program.exit(1);
  });
  const code = await runKnight(argv, ports);
  await program.flushed();
  // A user script may have left timers or connections behind, which would keep it from ending.
  program.exit(code);
}
