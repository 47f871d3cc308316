import { execFile, spawnSync } from "node:child_process";

export interface ChildOptions {
  readonly cwd: string;
  /** The child is killed then. */
  readonly timeoutMs: number;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Why a program cannot be used on this machine; null if it runs. */
export function whyNot(command: string, args: readonly string[] = ["--version"]): string | null {
  const { error, status } = spawnSync(command, args, { timeout: 20_000 });
  if (error) return `${command} cannot be run: ${error.message}`;
  return status === 0 ? null : `${command} ${args.join(" ")} ends with code ${status}`;
}

/** Runs a program to its end and answers with its output. @throws with both outputs when it fails or takes too long. */
export function runChild(command: string, args: readonly string[], options: ChildOptions): Promise<string> {
  const { cwd, timeoutMs: timeout } = options;
  const env = { ...process.env, ...options.env };
  return new Promise((resolve, reject) => {
    const limits = { cwd, env, timeout, killSignal: "SIGKILL", maxBuffer: 2 ** 26 } as const;
    execFile(command, args, limits, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      const how = error.killed ? `was killed after ${timeout} ms` : `ended with code ${error.code}`;
      reject(new Error(`${command} ${how}\n${stdout}\n${stderr}`));
    });
  });
}
