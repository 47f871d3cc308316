import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { Miniflare } from "miniflare";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** An edge server that runs. */
export interface EdgeServer {
  readonly url: string;
  /** Processes it consists of. */
  pids(): readonly number[];
  /** What it has written so far. */
  output(): string;
  stop(): Promise<void>;
}

export type Environment = Readonly<Record<string, string>>;

/** Starts a program that says on its error stream where it listens; a free port unless `env` names one. */
export async function startProgram(
  file: string,
  args: readonly string[],
  env: Environment,
): Promise<EdgeServer> {
  const child = spawn(file, args, {
    cwd: ROOT,
    env: { ...process.env, KNIGHT_EDGE_PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    const onData = (chunk: Buffer) => {
      text += chunk.toString();
      const found = /listens on (http:\S+)/.exec(text);
      if (found) resolve(found[1]!);
    };
    child.stdout.on("data", onData);
    child.stderr.on("data", onData);
    child.on("error", reject);
    ended.then(() => reject(new Error(`${file} ended: ${text}`)));
  });
  return {
    url,
    pids: () => [child.pid!],
    output: () => text,
    async stop() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

/** The binary of npm's package: its launcher would be measured otherwise, and a signal would not reach Deno. */
function denoBinary(): string {
  const folder = join(ROOT, "node_modules", "@deno");
  return join(folder, readdirSync(folder)[0] ?? "none", "deno");
}

/** What docs/edge.md names, and nothing fetched. */
const DENO = [
  ...["run", "--no-remote", "--no-prompt", "--node-modules-dir=manual", "--unstable-no-legacy-abort"],
  ...["--allow-net", "--allow-env", "--allow-read=."],
  "hosts/edge/deno.ts",
];

/** Deno keeps its compiled sources out of the user's home. */
export function startDenoServer(env: Environment = {}): Promise<EdgeServer> {
  const own = { DENO_DIR: join(ROOT, "build", "edge", "deno"), DENO_NO_UPDATE_CHECK: "1" };
  return startProgram(denoBinary(), DENO, { ...own, ...env });
}

/** Processes that this one has started, by name. */
function childrenNamed(name: string): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      const [, found, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(stat) ?? [];
      return found === name && Number(parent) === process.pid ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}

/**
 * A worker that scripts/build-edge.mjs has built into `folder`, under workerd, its modules by the rules of hosts/edge/wrangler.toml: miniflare's
 * own search for modules gives up at ONNX Runtime's dynamic imports, so that the files are named, as wrangler does it.
 */
export async function startWorker(folder: string, env: Environment = {}): Promise<EdgeServer> {
  const wasm = (await readdir(folder)).filter((name) => name.endsWith(".wasm"));
  const worker = new Miniflare({
    modulesRoot: folder,
    modules: [
      { type: "ESModule", path: join(folder, "worker.js") },
      ...wasm.map((name) => ({ type: "CompiledWasm" as const, path: join(folder, name) })),
    ],
    compatibilityDate: "2026-01-01",
    compatibilityFlags: ["enable_request_signal"],
    bindings: { ...env },
    port: 0,
    handleRuntimeStdio: (out: Readable, err: Readable) => {
      out.resume();
      err.resume();
    },
  });
  const url = await worker.ready;
  return {
    url: url.href.replace(/\/$/, ""),
    pids: () => childrenNamed("workerd"),
    output: () => "",
    stop: () => worker.dispose(),
  };
}
