import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { commandsOf, foundNone, type PythonNeed } from "../shared/convert/python-command.ts";
import type { FileSystem } from "../shared/files/file-system.ts";
import type { PythonEnd, PythonProcess, PythonStart } from "../shared/ports.ts";

/** A script that is interrupted, or has threads to wait for, gets so long to end by itself. */
const GRACE_MS = 2000;
/** What has inherited a stream of an ended Python may keep it open: it is read so long. */
const LAST_WORDS_MS = 300;

const NEED: PythonNeed = {
  packages: "numpy",
  without: "an infer function in TypeScript or JavaScript",
};

/** Streams 0 to 4: whose end tells that we have gone, what the script prints, requests, answers. */
const PIPES = ["pipe", "pipe", "pipe", "pipe", "pipe"] as const;

/** undefined where there is no such program. */
function spawnOne(
  command: string,
  args: readonly string[],
  isWindows: boolean,
): Promise<ChildProcess | undefined> {
  // A group of its own: Ctrl-C on the terminal reaches us alone, and what the script starts ends with it.
  const child = spawn(command, args, { stdio: [...PIPES], detached: !isWindows, windowsHide: true });
  for (const stream of child.stdio) stream?.on("error", () => undefined);
  return new Promise((done, failed) => {
    child.once("spawn", () => done(child));
    child.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "ENOENT" || error.code === "EACCES" ? done(undefined) : failed(error),
    );
  });
}

/** @param id of the process, or of its group, negative. The child's own `kill` closes its input as well in Deno, but needs no more than its permission. */
function send(child: ChildProcess, id: number, signal: NodeJS.Signals): void {
  try {
    process.kill(id, signal);
  } catch {
    child.kill(signal);
  }
}

/** Ends the whole group, where it has one. */
const kill = (child: ChildProcess): void => send(child, -child.pid!, "SIGKILL");

/** Resolves when the process has ended and its streams are read to their ends. */
function endOf(child: ChildProcess): Promise<PythonEnd> {
  return new Promise((done) => {
    child.once("exit", (code, signal) => {
      kill(child);
      const end = () => done({ code, signal });
      const timer = setTimeout(end, LAST_WORDS_MS);
      child.once("close", () => {
        clearTimeout(timer);
        end();
      });
    });
  });
}

/** Asks it to end by itself, and makes it end after the grace. */
async function stop(child: ChildProcess, ended: Promise<PythonEnd>, interrupt: boolean): Promise<void> {
  (child.stdio[3] as Writable).destroy();
  if (interrupt) send(child, child.pid!, "SIGINT");
  const timer = setTimeout(() => kill(child), GRACE_MS);
  await ended;
  clearTimeout(timer);
}

/** Programs to try for `start`, in order. */
export function candidates({ interpreter }: PythonStart, fs: FileSystem): string[] {
  return commandsOf(interpreter, fs.isWindows);
}

/** `startPython` of the hosts that have Node's processes. @param modules the folder python/. */
export async function startPythonOn(
  fs: FileSystem,
  modules: string,
  start: PythonStart,
  commands = candidates(start, fs),
): Promise<PythonProcess> {
  for (const interpreter of commands) {
    const child = await spawnOne(interpreter, [join(modules, start.program), ...start.args], fs.isWindows);
    if (!child) continue;
    const callOff = fs.onExit(() => kill(child));
    const ended = endOf(child).finally(callOff);
    const [, out, err, requests, answers] = child.stdio as unknown as [
      Writable,
      Readable,
      Readable,
      Writable,
      Readable,
    ];
    out.on("data", start.onOut);
    err.on("data", start.onError);
    answers.on("data", start.onAnswer);
    return {
      interpreter,
      ended,
      send(parts) {
        for (const part of parts) requests.write(part);
      },
      stop: (interrupt) => stop(child, ended, interrupt),
    };
  }
  throw foundNone(commands, start.interpreter, NEED);
}
