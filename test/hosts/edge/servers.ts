import { type ChildProcess, spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { buildWorker } from "../../../scripts/build-edge.mjs";
import { ROOT } from "../../runtimes/bundle.ts";
import { denoBinary } from "../../runtimes/deno.ts";

/** A server that runs. */
export interface TestServer {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Resident memory in bytes; undefined where nobody can tell. */
  memory(): Promise<number | undefined>;
  /** What it wrote so far. */
  output(): string;
  close(): Promise<void>;
}

type Environment = Readonly<Record<string, string>>;

const FOLDER = join(ROOT, "build", "edge");

/** The Node server in one file, since this Node runs no TypeScript. */
export async function bundleNodeServer(): Promise<string> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: ["hosts/edge/node.ts", "hosts/edge/node-worker.ts"],
    outdir: FOLDER,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "error",
  });
  return join(FOLDER, "node.js");
}

async function residentMemory({ pid }: ChildProcess): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const found = /VmRSS:\s+(\d+) kB/.exec(status);
  return found ? Number(found[1]) * 1024 : undefined;
}

/** Starts a program that says on its error stream where it listens. */
async function startProcess(command: string, args: readonly string[], env: Environment): Promise<TestServer> {
  const child = spawn(command, args, {
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
    ended.then(() => reject(new Error(`${command} ended: ${text}`)));
  });
  return {
    fetch: (path, init) => fetch(`${url}${path}`, init),
    memory: () => residentMemory(child),
    output: () => text,
    async close() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

export async function startNode(env: Environment = {}): Promise<TestServer> {
  return startProcess(process.execPath, [await bundleNodeServer()], env);
}

/** The permissions that docs/edge.md names. */
export const DENO_PERMISSIONS = ["--allow-net", "--allow-env", "--allow-read=."];

export function startDeno(env: Environment = {}): Promise<TestServer> {
  const offline = ["--no-remote", "--no-prompt", "--node-modules-dir=manual", "--unstable-no-legacy-abort"];
  const own = { DENO_DIR: join(ROOT, "build", "edge", "deno"), DENO_NO_UPDATE_CHECK: "1" };
  const args = ["run", ...offline, ...DENO_PERMISSIONS, "hosts/edge/deno.ts"];
  return startProcess(denoBinary(), args, { ...own, ...env });
}

/**
 * The worker under workerd, its modules by the rules of hosts/edge/wrangler.toml: miniflare's own search for modules gives up at ONNX
 * Runtime's dynamic imports, so that the files are named, as wrangler does it.
 */
export async function startWorkerd(env: Environment = {}): Promise<TestServer> {
  const folder = join(FOLDER, "worker");
  await buildWorker(folder);
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
  });
  const url = await worker.ready;
  return {
    fetch: (path, init) => fetch(new URL(path, url), init),
    memory: async () => undefined,
    output: () => "",
    close: () => worker.dispose(),
  };
}
