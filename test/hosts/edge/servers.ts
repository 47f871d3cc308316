import { readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import {
  type EdgeServer,
  type Environment,
  startDenoServer,
  startProgram,
  startWorker,
} from "../../../bench/hosts/edge-server.ts";
import { buildWorker } from "../../../scripts/build-edge.mjs";
import { ROOT } from "../../runtimes/bundle.ts";
import { whyNot } from "../../runtimes/child-process.ts";
import { denoBinary } from "../../runtimes/deno.ts";

/** A server that runs. */
export interface TestServer {
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** What it wrote so far. */
  output(): string;
  close(): Promise<void>;
}

/** Test files that run side by side build into folders of their own. */
const FOLDER = join(ROOT, "build", "edge", process.env.VITEST_POOL_ID ?? "0");

/** Each request has a connection of its own: one that waits for the next is closed by the server after some seconds, maybe just when this busy process writes to it. */
function tested({ url, output, stop }: EdgeServer): TestServer {
  const alone = (init: RequestInit = {}): RequestInit => {
    const headers = new Headers(init.headers);
    headers.set("Connection", "close");
    return { ...init, headers };
  };
  return { fetch: (path, init) => fetch(`${url}${path}`, alone(init)), output, close: stop };
}

/** The sources of the Node server, bundled, since this Node runs no TypeScript. */
export async function startNode(env: Environment = {}): Promise<TestServer> {
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
  return tested(await startProgram(process.execPath, [join(FOLDER, "node.js")], env));
}

export async function startDeno(env: Environment = {}): Promise<TestServer> {
  return tested(await startDenoServer(env));
}

export async function startWorkerd(env: Environment = {}): Promise<TestServer> {
  const folder = join(FOLDER, "worker");
  await buildWorker(folder);
  return tested(await startWorker(folder, env));
}

/** Name, start, and why it can't be started on this machine, or null. */
export const HOSTS = [
  ["Node", startNode, () => null],
  ["Deno", startDeno, () => whyNot(denoBinary())],
  [
    "workerd",
    startWorkerd,
    () => whyNot(process.execPath, [join(ROOT, "node_modules", "workerd", "bin", "workerd"), "--version"]),
  ],
] as const;

export const file = (name: string) => new Uint8Array(readFileSync(join(ROOT, "examples", "digits", name)));
export const MODEL = [["digits.onnx", file("digits.onnx")]] as const;
/** Random data for longer than any test: ends by being stopped (with two numbers no early-stop flag rises). */
export const ENDLESS = { model: MODEL, options: JSON.stringify({ iteration: [1, 100_000_000] }) };

export const LIMITS = {
  KNIGHT_EDGE_MAX_UNPACKED: String(32 * 1024 * 1024),
  KNIGHT_EDGE_MAX_BODY: String(4 * 1024 * 1024),
  KNIGHT_EDGE_READER_TIMEOUT: "3000",
};

export async function health(
  server: TestServer,
): Promise<{ status: string; working: number; waiting: number }> {
  return (await (await server.fetch("/health")).json()) as {
    status: string;
    working: number;
    waiting: number;
  };
}

/** Far beyond what anything takes, on a busy machine too. */
export const SOON = { timeout: 120_000, interval: 50 };
