import { AbortedError } from "../../../core-ts/errors.ts";
import type { FileSystem } from "../files/file-system.ts";
import type { PythonOutcome, PythonRun } from "../ports.ts";
import { commandsOf, foundNone, PYTHON_VARIABLES } from "./python-command.ts";

/** What a runtime gives of a process it has started. */
export interface PythonHost {
  readonly fs: FileSystem;
  readonly temporary: string;
  /** The folder with our modules. */
  readonly modules: string;
  readonly pythonPath: string | undefined;
  /** The separator of paths in PYTHONPATH. */
  readonly delimiter: string;
  /**
   * Starts a program with these variables added to its environment, shows what it prints, ends it with this process or the signal, and keeps its
   * input open until then. @returns the exit code, undefined where there is no such program.
   */
  start(
    command: string,
    args: readonly string[],
    variables: Readonly<Record<string, string>>,
    run: PythonRun,
  ): Promise<number | undefined>;
}

async function contentOf(fs: FileSystem, folder: string): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const name of await fs.list(folder)) found.set(name, await fs.readFile(fs.path.join(folder, name)));
  return found;
}

/** `runPython` of the hosts that can start programs. */
export async function runPythonOn(host: PythonHost, run: PythonRun): Promise<PythonOutcome> {
  const { fs, delimiter, modules, pythonPath } = host;
  const folder = await fs.makeTemporaryFolder(host.temporary, "knight-python-");
  const off = fs.onExit(() => fs.removeNow(folder));
  try {
    const request = new TextEncoder().encode(JSON.stringify(run.request));
    for (const [name, bytes] of [["request.json", request] as const, ...(run.inputs ?? [])]) {
      await fs.writeFile(fs.path.join(folder, name), bytes);
    }
    const path = pythonPath ? `${modules}${delimiter}${pythonPath}` : modules;
    const commands = commandsOf(run.interpreter, fs.isWindows);
    for (const interpreter of commands) {
      const variables = { ...PYTHON_VARIABLES, PYTHONPATH: path };
      const code = await host.start(interpreter, ["-m", run.module, folder], variables, run);
      if (run.signal.aborted) throw new AbortedError("stopped while Python was running");
      if (code !== undefined) return { code, interpreter, files: await contentOf(fs, folder) };
    }
    throw foundNone(commands, run.interpreter, run.need);
  } finally {
    off();
    await fs.remove(folder);
  }
}
