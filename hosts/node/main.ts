#!/usr/bin/env node
import { AbortedError } from "../../core-ts/errors.ts";
import { describeFailure, exitCodeOf } from "../shared/cli/failure.ts";
import { runKnight, wantsStack } from "../shared/cli/run.ts";
import { nodePorts } from "./ports.ts";

/** The first signal asks the run to stop and clean up, the second ends it at once (what is under way is still removed). */
function stopOnSignals(controller: AbortController): void {
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(exitCodeOf(new AbortedError("stopped"), name));
      controller.abort(name);
    });
  }
}

/** A reader that has gone (`| head`) is no mistake; errors that a user script raises outside of its function are reported like others. */
function catchTheRest(argv: readonly string[]): void {
  const ignoreClosedPipe = (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  };
  process.stdout.on("error", ignoreClosedPipe);
  process.stderr.on("error", ignoreClosedPipe);
  const fail = (error: unknown) => {
    process.stderr.write(describeFailure(error, wantsStack(argv)));
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
}

/** A pipe may take what was written a moment later. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((done) => stream.write("", () => done()));
}

const argv = process.argv.slice(2);
const controller = new AbortController();
stopOnSignals(controller);
catchTheRest(argv);
const code = await runKnight(argv, nodePorts(controller.signal));
await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
// A user script may have left timers or connections behind, which would keep the process.
process.exit(code);
