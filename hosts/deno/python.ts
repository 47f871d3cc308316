import { tmpdir } from "node:os";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";
import { ConfigError } from "../../core-ts/errors.ts";
import { candidates, startPythonOn } from "../node/python-process.ts";
import { PYTHON_FOLDER } from "../shared/convert/python-command.ts";
import { type PythonHost, runPythonOn } from "../shared/convert/run-python.ts";
import type { PythonOutcome, PythonProcess, PythonRun, PythonStart } from "../shared/ports.ts";
import { denoFileSystem } from "./file-system.ts";
import { isGranted } from "./permissions.ts";
import { type DenoProcess, deno } from "./runtime.ts";

async function pass(stream: AsyncIterable<Uint8Array>, show: (text: string) => void): Promise<void> {
  const decoder = new TextDecoder();
  for await (const part of stream) show(decoder.decode(part, { stream: true }));
}

const start: PythonHost["start"] = async (command, args, env, { need, show, signal }) => {
  if (!isGranted({ name: "run", command })) {
    throw new ConfigError(
      `Deno was started without --allow-run=${command}: no Python can be started; add it, or give ${need.without}`,
      { option: "-m/--model" },
    );
  }
  const settings = { args, env, stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  let child: DenoProcess;
  try {
    child = new deno.Command(command, settings).spawn();
  } catch (error) {
    if (error instanceof deno.errors.NotFound) return undefined;
    throw error;
  }
  const stop = () => child.kill();
  signal.addEventListener("abort", stop);
  try {
    await Promise.all([pass(child.stdout, show), pass(child.stderr, show)]);
    return (await child.status).code;
  } finally {
    signal.removeEventListener("abort", stop);
    await child.stdin.close().catch(() => undefined);
  }
};

const modules = () => fileURLToPath(new URL(`../../${PYTHON_FOLDER}`, import.meta.url));

/** `startPython` of Deno's ports. Deno's own processes have no streams besides the usual three, and Node's take all variables of the environment along. */
export async function startPython(start: PythonStart): Promise<PythonProcess> {
  const commands = candidates(start, denoFileSystem);
  const granted = commands.filter((command) => isGranted({ name: "run", command }));
  if (granted.length === 0 || !isGranted({ name: "env" })) {
    throw new ConfigError(
      `Deno was started without --allow-run=${commands[0]} or without --allow-env: the Python that runs the script can't be started; add them, or write the infer function in TypeScript`,
      { option: "-uds/--user-defined-script" },
    );
  }
  return startPythonOn(denoFileSystem, modules(), start, granted);
}

/** `runPython` of Deno's ports. The process ends with this one, whose end it sees at its input. */
export function runPython(run: PythonRun): Promise<PythonOutcome> {
  const host: PythonHost = {
    fs: denoFileSystem,
    temporary: tmpdir(),
    modules: modules(),
    pythonPath: isGranted({ name: "env", variable: "PYTHONPATH" }) ? deno.env.get("PYTHONPATH") : undefined,
    delimiter,
    start,
  };
  return runPythonOn(host, run);
}
