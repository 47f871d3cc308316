import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { browserHost } from "./browser-host.ts";
import { commandHost } from "./command-host.ts";
import { edgeHost } from "./edge-host.ts";
import { startDenoServer, startProgram, startWorker } from "./edge-server.ts";
import type { BenchHost } from "./host.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const NODE = { file: process.execPath, before: [join(ROOT, "dist/hosts/node/main.js")] };

/** The binary of npm's package: its launcher would be measured otherwise. */
function denoBinary(): string {
  const folder = join(ROOT, "node_modules/@deno");
  const [platform = "none"] = readdirSync(folder);
  return join(folder, platform, "deno");
}
const DENO = {
  file: denoBinary(),
  before: ["run", "--no-remote", "--no-lock", "--no-prompt", "-A", join(ROOT, "hosts/deno/main.ts")],
};

const EDGE_NODE = [join(ROOT, "dist/hosts/edge/node.js")];

async function startEdgeWorker() {
  const { buildWorker, WORKER } = await import("../../scripts/build-edge.mjs");
  await buildWorker();
  return startWorker(WORKER);
}

/** The rows of the table, one line a host; the first one is what the others are compared with. */
export const HOSTS: readonly BenchHost[] = [
  commandHost({ name: "Node, native, 2 threads", ...NODE, backend: "native", threads: 2 }),
  commandHost({ name: "Node, native, 1 thread", ...NODE, backend: "native", threads: 1 }),
  commandHost({ name: "Node, WASM, 2 threads", ...NODE, backend: "wasm", threads: 2 }),
  commandHost({ name: "Node, WASM, 1 thread", ...NODE, backend: "wasm", threads: 1 }),
  commandHost({ name: "Deno, native, 2 threads", ...DENO, backend: "native", threads: 2 }),
  commandHost({ name: "Deno, native, 1 thread", ...DENO, backend: "native", threads: 1 }),
  commandHost({ name: "Deno, WASM, 2 threads", ...DENO, backend: "wasm", threads: 2 }),
  commandHost({ name: "Deno, WASM, 1 thread", ...DENO, backend: "wasm", threads: 1 }),
  browserHost("Chromium, WASM, 2 threads", 2),
  browserHost("Chromium, WASM, 1 thread", 1),
  edgeHost("edge on Node, WASM, 1 thread", () => startProgram(process.execPath, EDGE_NODE, {})),
  edgeHost("edge on Deno, WASM, 1 thread", () => startDenoServer()),
  edgeHost("edge on workerd, WASM, 1 thread", startEdgeWorker),
];
