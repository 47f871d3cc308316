import type { JobEvent } from "../shared/job/index.ts";
import { watchReader } from "./reader-watch.ts";

/** Comment lines in between, so that no proxy takes a long job for a dead connection, and a reader that has gone is noticed. */
const HEARTBEAT_MS = 5000;

export interface EventJob {
  /** Does the work; `listen` gets what happens on the way. */
  run(listen: (event: JobEvent) => void): Promise<unknown>;
  /** What the last event says when the work failed. */
  problem(error: unknown): unknown;
  /** The reader has gone. */
  gone(): void;
  /** A reader that takes nothing for so many milliseconds has gone. */
  readonly readerTimeout: number;
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** What waits in the stream is as many pieces as are below this. */
const QUEUE = new CountQueuingStrategy({ highWaterMark: 1 });

/** Sends what happens in a job, to the end. @returns what ends the sending before that. */
function sendEvents(controller: ReadableStreamDefaultController<Uint8Array>, job: EventJob): () => void {
  const encoder = new TextEncoder();
  let [isOpen, sent] = [true, 0];
  const send = (text: string) => {
    if (!isOpen) return;
    controller.enqueue(encoder.encode(text));
    sent++;
  };
  const reading = () => {
    const waiting = QUEUE.highWaterMark - (controller.desiredSize ?? QUEUE.highWaterMark);
    return { waiting, taken: sent - waiting };
  };
  const heartbeat = setInterval(() => send(": still working\n\n"), HEARTBEAT_MS);
  const unwatch = watchReader(reading, job.readerTimeout, () => job.gone());
  const stop = () => {
    isOpen = false;
    clearInterval(heartbeat);
    unwatch();
  };
  const listen = ({ kind, ...event }: JobEvent) => send(message(kind, event));
  const finish = (last: string) => {
    send(last);
    if (isOpen) controller.close();
    stop();
  };
  job.run(listen).then(
    (result) => finish(message("result", result)),
    (error: unknown) => finish(message("problem", job.problem(error))),
  );
  return stop;
}

/**
 * Server-sent events: `progress` {label, done, total}, `log` {level, message}, and at the end `result`, the JSON answer, or
 * `problem`, a problem document.
 */
export function eventStream(job: EventJob): Response {
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop = sendEvents(controller, job);
      },
      cancel() {
        stop();
        job.gone();
      },
    },
    QUEUE,
  );
  const headers = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    // nginx holds answers back otherwise.
    "X-Accel-Buffering": "no",
  };
  return new Response(body, { headers });
}
