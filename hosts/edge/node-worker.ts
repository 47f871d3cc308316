// A thread of the Node server: does jobs, one at a time.
import { parentPort, workerData } from "node:worker_threads";
import { nodePorts } from "../node/ports.ts";
import { type Order, serveOrders } from "./pool-protocol.ts";
import type { WorkerSettings } from "./worker-parts.ts";

const port = parentPort!;
const serve = serveOrders(nodePorts(new AbortController().signal), workerData as WorkerSettings, (report) =>
  port.postMessage(report),
);
port.on("message", (order: Order) => serve(order));
