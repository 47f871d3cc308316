// The edge app under Deno.serve: deno run with the permissions that docs/edge.md names.
import { denoPorts } from "../deno/ports.ts";
import type { PoolWorker } from "./pool.ts";
import type { Report } from "./pool-protocol.ts";
import { createServer } from "./server.ts";
import type { WorkerSettings } from "./worker-parts.ts";

/** What this file uses of Deno's API, and of web workers. */
declare const Deno: {
  readonly env: { toObject(): Record<string, string> };
  serve(
    options: {
      readonly hostname: string;
      readonly port: number;
      onListen(address: { readonly port: number }): void;
    },
    handler: (request: Request) => Response | Promise<Response>,
  ): unknown;
};
declare class Worker {
  constructor(url: URL, options: { readonly type: "module" });
  onmessage: (message: { readonly data: Report }) => void;
  onerror: (event: { readonly message: string; preventDefault(): void }) => void;
  postMessage(message: unknown): void;
  terminate(): void;
}

function spawn(settings: WorkerSettings): PoolWorker {
  const worker = new Worker(new URL("./deno-worker.ts", import.meta.url), { type: "module" });
  worker.postMessage(settings);
  return {
    post: (order) => worker.postMessage(order),
    listen(onReport, onEnd) {
      worker.onmessage = ({ data }) => onReport(data);
      worker.onerror = (event) => {
        event.preventDefault();
        onEnd(event.message);
      };
    },
    terminate: () => worker.terminate(),
  };
}

const { cpuCount, version, now } = denoPorts(new AbortController().signal);
const { app, host, port } = createServer({ env: Deno.env.toObject(), cpuCount, version, now, spawn });
const onListen = (address: { readonly port: number }) =>
  console.error(`Knight Quant listens on http://${host}:${address.port}`);
Deno.serve({ hostname: host, port, onListen }, (request) => app.fetch(request));
