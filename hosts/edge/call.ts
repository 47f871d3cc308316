import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { JobRequest } from "../shared/job/index.ts";
import type { Answers } from "./answers.ts";
import type { EdgeConfig } from "./config.ts";
import { Deadline, orAborted } from "./deadline.ts";
import { eventStream } from "./events.ts";
import { type FormName, readRequest } from "./forms.ts";
import type { Gate } from "./gate.ts";
import type { JobCall } from "./jobs.ts";
import { readForm } from "./read-form.ts";

const EVENTS = "text/event-stream";

/** A kind of job: what it does, and how it answers. */
export interface Kind<T> {
  readonly name: FormName;
  work(request: JobRequest, call: JobCall): Promise<T>;
  readonly answers: Answers<T>;
}

export interface CallParts {
  readonly config: EdgeConfig;
  readonly gate: Gate;
  /** The problem document for what went wrong, which it logs. */
  problem(error: unknown): unknown;
  /** Tells a runtime that ends a request's work with its connection of work that goes on. */
  outlive(work: Promise<void>): void;
}

type Running<T> = (listen: JobCall["onEvent"]) => Promise<T>;

/**
 * Admits a request, reads it and waits for its turn. The place is given back when the work has really ended: a job that can't be
 * interrupted at once keeps it beyond the answer.
 */
async function admit<T>(request: Request, kind: Kind<T>, deadline: Deadline, parts: CallParts) {
  const ticket = parts.gate.enter();
  parts.outlive(ticket.left);
  const end = () => {
    deadline.clear();
    ticket.leave();
  };
  const { signal } = deadline;
  try {
    const form = await readForm(request, parts.config, signal);
    const job = readRequest(kind.name, form);
    await ticket.turn(signal);
    const run: Running<T> = (onEvent) => {
      const work = kind.work(job, { signal, onEvent });
      work.then(end, end);
      return orAborted(work, signal);
    };
    return run;
  } catch (error) {
    end();
    throw error;
  }
}

/** Answers a request for a job in the form that its Accept header asks for. @throws Problem and what the job throws. */
export async function answerCall<T>(c: Context, kind: Kind<T>, parts: CallParts): Promise<Response> {
  const { answers } = kind;
  const [first] = Object.keys(answers.forms) as [string];
  const supports = [EVENTS, ...Object.keys(answers.forms)];
  const type = accepts(c, { header: "Accept", supports, default: first });
  const deadline = new Deadline(c.req.raw.signal, parts.config.timeout);
  const run = await admit(c.req.raw, kind, deadline, parts);
  if (type !== EVENTS) return answers.forms[type]!(await run(() => undefined));
  return eventStream({
    run: async (listen) => answers.json(await run(listen)),
    problem: (error) => parts.problem(error),
    gone: () => deadline.gone(),
    readerTimeout: parts.config.readerTimeout,
  });
}
