import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { PYTHON_FOLDER } from "../shared/convert/python-command.ts";
import { type PythonHost, runPythonOn } from "../shared/convert/run-python.ts";
import type { PythonOutcome, PythonProcess, PythonRun, PythonStart } from "../shared/ports.ts";
import { nodeFileSystem } from "./file-system.ts";
import { packageRoot } from "./package-root.ts";
import { startPythonOn } from "./python-process.ts";

const start: PythonHost["start"] = (command, args, variables, { show, signal }) => {
  const child = spawn(command, args, { env: { ...process.env, ...variables }, stdio: "pipe" });
  const stop = () => void child.kill();
  signal.addEventListener("abort", stop);
  process.on("exit", stop);
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", show);
  return new Promise<number | undefined>((done, failed) => {
    child.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" || error.code === "EACCES" ? done(undefined) : failed(error),
    );
    child.on("close", (code) => done(code ?? 1));
  }).finally(() => {
    signal.removeEventListener("abort", stop);
    process.off("exit", stop);
  });
};

const modules = () => join(packageRoot(), PYTHON_FOLDER);

/** `startPython` of Node's ports. */
export function startPython(start: PythonStart): Promise<PythonProcess> {
  return startPythonOn(nodeFileSystem, modules(), start);
}

/** `runPython` of Node's ports. */
export function runPython(run: PythonRun): Promise<PythonOutcome> {
  const host: PythonHost = {
    fs: nodeFileSystem,
    temporary: tmpdir(),
    modules: modules(),
    pythonPath: process.env.PYTHONPATH,
    delimiter,
    start,
  };
  return runPythonOn(host, run);
}
