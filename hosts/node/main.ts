#!/usr/bin/env node
import { runProgram, STOP_SIGNALS } from "../shared/cli/program.ts";
import { nodePorts } from "./ports.ts";

const STREAMS = [process.stdout, process.stderr];

/** A reader that has gone (`| head`) is no mistake. */
function ignoreClosedPipes(): void {
  for (const stream of STREAMS) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

ignoreClosedPipes();
await runProgram({
  argv: process.argv.slice(2),
  onSignal(heard) {
    for (const name of STOP_SIGNALS) process.on(name, () => heard(name));
  },
  onUncaught(failed) {
    process.on("uncaughtException", failed);
    process.on("unhandledRejection", failed);
  },
  ports: nodePorts,
  async flushed() {
    await Promise.all(STREAMS.map((stream) => new Promise<void>((done) => stream.write("", () => done()))));
  },
  exit: (code) => process.exit(code),
});
