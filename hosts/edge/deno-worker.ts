// A thread of the Deno server: does jobs, one at a time.
import { denoPorts } from "../deno/ports.ts";
import { type Order, serveOrders } from "./pool-protocol.ts";
import type { WorkerSettings } from "./worker-parts.ts";

/** The inside of a web worker. */
declare const self: {
  onmessage: (message: { readonly data: WorkerSettings & Order }) => void;
  postMessage(message: unknown): void;
};

self.onmessage = ({ data: settings }) => {
  // ONNX Runtime would take the worker's location, whose origin is "null", for a page's. Deno's main thread has none either.
  Object.defineProperty(self, "location", { value: undefined });
  const ports = denoPorts(new AbortController().signal);
  const serve = serveOrders(ports, settings, (report) => self.postMessage(report));
  self.onmessage = ({ data }) => void serve(data);
};
