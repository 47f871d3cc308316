import { type Program, STOP_SIGNALS } from "../shared/cli/program.ts";
import { denoPorts } from "./ports.ts";
import { deno } from "./runtime.ts";

/** An error that nothing caught, or the reason of a promise that nobody waited for. */
interface Uncaught {
  readonly error?: unknown;
  readonly reason?: unknown;
  preventDefault(): void;
}

declare function addEventListener(
  type: "error" | "unhandledrejection",
  listener: (event: Uncaught) => void,
): void;

/** The command line of Node in a process of Deno's. */
export const denoProgram: Program = {
  argv: deno.args,
  onSignal(heard) {
    // Windows knows no SIGTERM; Deno refuses to listen for it there.
    const known = STOP_SIGNALS.filter((name) => deno.build.os !== "windows" || name !== "SIGTERM");
    for (const name of known) deno.addSignalListener(name, () => heard(name));
  },
  onUncaught(failed) {
    for (const type of ["error", "unhandledrejection"] as const) {
      addEventListener(type, (event) => {
        event.preventDefault();
        failed(event.error ?? event.reason);
      });
    }
  },
  ports: denoPorts,
  flushed: async () => undefined,
  exit: (code) => deno.exit(code),
};
