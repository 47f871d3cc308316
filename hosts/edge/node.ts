// The edge app as a Node server: npm run edge. docs/edge.md has its settings.
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { serve } from "@hono/node-server";
import { packageVersion } from "../node/package-root.ts";
import { describeFailure, exitCodeOf } from "../shared/cli/failure.ts";
import type { PoolWorker } from "./pool.ts";
import { createServer } from "./server.ts";
import type { WorkerSettings } from "./worker-parts.ts";

function spawn(workerData: WorkerSettings): PoolWorker {
  const worker = new Worker(new URL("./node-worker.js", import.meta.url), { workerData });
  return {
    post: (order) => worker.postMessage(order),
    listen(onReport, onEnd) {
      worker.removeAllListeners();
      worker.on("message", onReport);
      worker.on("error", (error) => onEnd(error instanceof Error ? error.message : String(error)));
      worker.on("exit", (code) => onEnd(`it exited with code ${code}`));
    },
    terminate() {
      worker.removeAllListeners();
      void worker.terminate();
    },
  };
}

function start(): void {
  const parts = { cpuCount: availableParallelism(), version: packageVersion(), now: () => performance.now() };
  const { app, host, port, close } = createServer({ ...parts, env: process.env, spawn });
  const server = serve({ fetch: app.fetch, hostname: host, port }, (address) => {
    process.stderr.write(`Knight Quant listens on http://${host}:${address.port}\n`);
  });
  // What is under way is finished; a second signal ends it.
  const stop = () => {
    process.once("SIGINT", () => process.exit(130)).once("SIGTERM", () => process.exit(143));
    server.close(() => close());
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  server.on("error", fail);
}

function fail(error: unknown): void {
  process.stderr.write(describeFailure(error, false));
  process.exit(exitCodeOf(error));
}

try {
  start();
} catch (error) {
  fail(error);
}
