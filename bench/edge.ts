/**
 * The edge app under load: `npm run bench -- edge [REQUESTS] [CLIENTS] [PART OF A NAME]`. Sends the demo's small model to each server and prints
 * requests per second, the times of single requests, and the server's memory on the way, which is to stay flat.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type EdgeServer, startDenoServer, startProgram, startWorker } from "./hosts/edge-server.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DEMO = join(ROOT, "examples", "digits");
const NODE = [join(ROOT, "dist/hosts/edge/node.js")];

const SERVERS: Readonly<Record<string, () => Promise<EdgeServer>>> = {
  "Node, WASM": () => startProgram(process.execPath, NODE, {}),
  "Node, native": () => startProgram(process.execPath, NODE, { KNIGHT_EDGE_BACKEND: "native" }),
  "Deno, WASM": () => startDenoServer(),
  async "workerd, WASM"() {
    const { buildWorker, WORKER } = await import("../scripts/build-edge.mjs");
    await buildWorker();
    return startWorker(WORKER);
  },
};

/** A request that is sent again and again. */
interface Load {
  readonly name: string;
  readonly path: string;
  body(): FormData | undefined;
}

function formOf(files: Readonly<Record<string, string>>, options: object): FormData {
  const form = new FormData();
  for (const [field, name] of Object.entries(files))
    form.append(field, new Blob([readFileSync(join(DEMO, name))]), name);
  form.append("options", JSON.stringify(options));
  return form;
}

const LOADS: readonly Load[] = [
  { name: "health", path: "/health", body: () => undefined },
  {
    name: "quantize, 256 images",
    path: "/v1/quantize",
    body: () => formOf({ model: "digits.onnx", data: "calibration.npy" }, { "batch-size": 32 }),
  },
  {
    name: "infer, 256 images",
    path: "/v1/infer",
    body: () => formOf({ model: "digits.onnx", data: "calibration.npy" }, { "batch-size": 256 }),
  },
];

/** Resident memory now, in MB (Linux). */
function residentMb(server: EdgeServer): number {
  const one = (pid: number) =>
    Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return server.pids().reduce((sum, pid) => sum + one(pid), 0) / 1024;
}

async function send({ url }: EdgeServer, { path, body }: Load): Promise<number> {
  const content = body();
  const start = performance.now();
  const response = await fetch(`${url}${path}`, content ? { method: "POST", body: content } : {});
  const answer = await response.arrayBuffer();
  if (response.status !== 200) throw new Error(new TextDecoder().decode(answer));
  return performance.now() - start;
}

interface Measured {
  readonly perSecond: number;
  readonly times: readonly number[];
  /** After a fifth of the requests, two fifths, ... */
  readonly memory: readonly number[];
}

async function measure(server: EdgeServer, load: Load, count: number, clients: number): Promise<Measured> {
  for (let i = 0; i < 2 * clients; i++) await send(server, load);
  const times: number[] = [];
  const memory: number[] = [];
  let sent = 0;
  const client = async () => {
    while (sent < count) {
      sent++;
      times.push(await send(server, load));
      if (times.length % Math.ceil(count / 5) === 0) memory.push(residentMb(server));
    }
  };
  const start = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  const perSecond = (1000 * count) / (performance.now() - start);
  return { perSecond, times: times.toSorted((a, b) => a - b), memory };
}

const row = (...cells: string[]): void => console.log(`| ${cells.join(" | ")} |`);

async function printServer(
  name: string,
  start: () => Promise<EdgeServer>,
  count: number,
  clients: number,
): Promise<void> {
  const server = await start();
  try {
    for (const load of LOADS) {
      const { perSecond, times, memory } = await measure(server, load, count, clients);
      const at = (share: number) => `${times[Math.ceil(share * times.length) - 1]!.toFixed(1)} ms`;
      const flat = memory.map((mb) => mb.toFixed(0)).join(" ");
      row(name, load.name, perSecond.toFixed(1), at(0.5), at(0.99), flat);
    }
  } finally {
    await server.stop();
  }
}

const [count = "500", clients = "4", part = ""] = process.argv.slice(2);
console.log(`${count} requests, ${clients} clients at a time`);
row("server", "request", "per second", "p50", "p99", "memory on the way, MB");
row("---", "---", "---", "---", "---", "---");
for (const [name, start] of Object.entries(SERVERS))
  if (name.includes(part)) await printServer(name, start, Number(count), Number(clients));
