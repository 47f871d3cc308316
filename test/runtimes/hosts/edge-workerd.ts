import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { Miniflare } from "miniflare";
import { buildWorker } from "../../../scripts/build-edge.mjs";
import { ROOT } from "../bundle.ts";
import { whyNot } from "../child-process.ts";
import { edgeReport } from "./edge-request.ts";
import type { RuntimeHost } from "./host.ts";

/** Starts the binary that npm's package `workerd` brings along. */
const WORKERD = join(ROOT, "node_modules", "workerd", "bin", "workerd");
const FOLDER = join(ROOT, "build", "runtimes", "worker");

/** Built as the real one is; the files are named, as wrangler does it. */
async function startWorker(): Promise<Miniflare> {
  await buildWorker(FOLDER, "test/runtimes/children/edge-workerd.ts");
  const wasm = (await readdir(FOLDER)).filter((name) => name.endsWith(".wasm"));
  return new Miniflare({
    modulesRoot: FOLDER,
    modules: [
      { type: "ESModule", path: join(FOLDER, "worker.js") },
      ...wasm.map((name) => ({ type: "CompiledWasm" as const, path: join(FOLDER, name) })),
    ],
    compatibilityDate: "2026-01-01",
    compatibilityFlags: ["enable_request_signal"],
    // Its log, a line a request, is nobody's here.
    handleRuntimeStdio(...streams: readonly Readable[]) {
      for (const stream of streams) stream.resume();
    },
  });
}

/** test/runtimes/children/edge-workerd.ts in miniflare. */
export const edgeWorkerd: RuntimeHost = {
  name: "edge app, workerd",
  isWasm: true,
  whyNot: () => whyNot(process.execPath, [WORKERD, "--version"]),
  async report(timeoutMs) {
    const worker = await startWorker();
    try {
      const origin = await worker.ready;
      return await edgeReport(
        (path, request) => fetch(new Request(new URL(path, origin), request)),
        timeoutMs,
      );
    } finally {
      await worker.dispose();
    }
  },
};
