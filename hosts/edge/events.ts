import type { JobEvent } from "../shared/job/index.ts";

/** Comment lines in between, so that no proxy takes a long job for a dead connection. */
const HEARTBEAT_MS = 15_000;

export interface EventJob {
  /** Does the work; `listen` gets what happens on the way. */
  run(listen: (event: JobEvent) => void): Promise<unknown>;
  /** What the last event says when the work failed. */
  problem(error: unknown): unknown;
  /** The reader has gone. */
  gone(): void;
}

function message(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * Server-sent events: `progress` {label, done, total}, `log` {level, message}, and at the end `result`, the JSON answer, or
 * `problem`, a problem document.
 */
export function eventStream(job: EventJob): Response {
  const encoder = new TextEncoder();
  let heartbeat: ReturnType<typeof setInterval> | undefined;
  let isOpen = true;
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (text: string) => {
        if (isOpen) controller.enqueue(encoder.encode(text));
      };
      heartbeat = setInterval(() => send(": still working\n\n"), HEARTBEAT_MS);
      const listen = ({ kind, ...event }: JobEvent) => send(message(kind, event));
      const last = await job.run(listen).then(
        (result) => message("result", result),
        (error: unknown) => message("problem", job.problem(error)),
      );
      clearInterval(heartbeat);
      send(last);
      if (isOpen) controller.close();
      isOpen = false;
    },
    cancel() {
      isOpen = false;
      clearInterval(heartbeat);
      job.gone();
    },
  });
  const headers = {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-store",
    // nginx holds answers back otherwise.
    "X-Accel-Buffering": "no",
  };
  return new Response(body, { headers });
}
