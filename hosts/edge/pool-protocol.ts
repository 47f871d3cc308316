import type { JobEvent, JobRequest } from "../shared/job/index.ts";
import { type Settled, settle, unwrap } from "../shared/job/wire-errors.ts";
import type { Ports } from "../shared/ports.ts";
import { type EdgeJobs, localJobs } from "./jobs.ts";
import { Problem, type ProblemCode } from "./problem.ts";
import { boundWasmHeap } from "./wasm-heap.ts";
import { partsOf, type WorkerSettings } from "./worker-parts.ts";

export type JobName = "quantize" | "inspect" | "infer";

/** To a worker, which does one job at a time. */
export interface Order {
  readonly name: JobName;
  readonly request: JobRequest;
}

/** A refusal of the server itself: on its way it keeps its code and its words. */
interface WireProblem {
  readonly code: ProblemCode;
  readonly detail: string;
}

/** From a worker: what happens, and at last how it ended. */
export type Report = { readonly kind: "event"; readonly event: JobEvent } | LastReport;

export type LastReport = {
  /** Whether the worker's heap has grown so far that another should take its place. */
  readonly spent: boolean;
} & (
  | { readonly kind: "refused"; readonly problem: WireProblem }
  | { readonly kind: "settled"; readonly outcome: Settled<unknown> }
);

/** A worker whose heap is larger than this is spent: a heap never shrinks. */
const SPENT_HEAP = 256 * 1024 * 1024;

async function serveOrder({ name, request }: Order, jobs: EdgeJobs, post: (report: Report) => void) {
  // Nobody asks a worker to stop: it is ended instead, since it hears nothing while it computes.
  const { signal } = new AbortController();
  const onEvent = (event: JobEvent) => post({ kind: "event", event });
  let problem: WireProblem | undefined;
  const outcome = await settle(async () => {
    try {
      return await jobs[name](request, { signal, onEvent });
    } catch (error) {
      if (error instanceof Problem) problem = { code: error.code, detail: error.message };
      throw error;
    }
  });
  return problem ? ({ kind: "refused", problem } as const) : ({ kind: "settled", outcome } as const);
}

/** The worker's side: what does an order and posts reports. Called before ONNX Runtime is loaded, whose heap it bounds. */
export function serveOrders(
  ports: Ports,
  { limits, backend, maxHeap }: WorkerSettings,
  post: (report: Report) => void,
): (order: Order) => Promise<void> {
  const heap = boundWasmHeap(maxHeap);
  const jobs = localJobs(partsOf(ports, backend), limits);
  return async (order) => {
    const last = await serveOrder(order, jobs, post);
    post({ ...last, spent: heap() > SPENT_HEAP });
  };
}

/** The pool's side: the result of a last report. @throws Problem, or the KnightError it was. */
export function resultOf(report: LastReport): unknown {
  if (report.kind === "refused") throw new Problem(report.problem.code, report.problem.detail);
  return unwrap(report.outcome);
}
