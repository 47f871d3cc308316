import { spawn } from "node:child_process";

/** What starts the program; the command line follows. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** Instead of this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it to its end; `onError` sees what stands on the error stream so far, whenever something is added. */
export function runProgram(
  { file, args: before, cwd, env }: Command,
  args: readonly string[],
  onError?: (err: string, kill: (signal: NodeJS.Signals) => void) => void,
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(file, [...before, ...args], { stdio: ["ignore", "pipe", "pipe"], cwd, env });
    let [out, err] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text) => {
      err += text;
      onError?.(err, (signal) => child.kill(signal));
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}
