import { OpenAPIHono } from "@hono/zod-openapi";
import type { Context, MiddlewareHandler } from "hono";
import { timingSafeEqual } from "hono/utils/buffer";
import { listChips } from "../shared/job/index.ts";
import { INFER, INSPECT, QUANTIZE } from "./answers.ts";
import { answerCall, type Kind } from "./call.ts";
import type { EdgeConfig } from "./config.ts";
import { Gate } from "./gate.ts";
import type { EdgeJobs } from "./jobs.ts";
import { Problem, problemOf } from "./problem.ts";
import { describeRoutes, ROUTES } from "./routes.ts";

/** A line of the log, for a program to read. */
export interface LogLine {
  readonly level: "info" | "warning" | "error";
  readonly event: "request" | "problem";
  readonly requestId: string;
  readonly [key: string]: string | number | undefined;
}

/** What a runtime hands in. */
export interface EdgeParts {
  readonly jobs: EdgeJobs;
  readonly version: string;
  /** Milliseconds, from any origin. */
  now(): number;
  log(line: LogLine): void;
}

const REQUEST_ID = "X-Request-Id";
/** Ids from outside end up in logs: nothing but what ids are made of. */
const SANE_ID = /^[\w.:-]{1,64}$/;

/** What workers get with a request; elsewhere there is nothing of it, and a request's work goes on by itself. */
export interface Bindings {
  waitUntil?(work: Promise<void>): void;
}
type App = { Variables: { requestId: string }; Bindings: Bindings };

/** Names the request, and writes a line when it is answered. */
function tracked(parts: EdgeParts): MiddlewareHandler<App> {
  return async (c, next) => {
    const given = c.req.header(REQUEST_ID) ?? "";
    const requestId = SANE_ID.test(given) ? given : crypto.randomUUID();
    c.set("requestId", requestId);
    const begin = parts.now();
    await next();
    c.header(REQUEST_ID, requestId);
    const { method, path } = c.req;
    const { status } = c.res;
    const ms = Math.round(parts.now() - begin);
    parts.log({ level: "info", event: "request", requestId, method, path, status, ms });
  };
}

/** Lets nobody pass without the token; the time it takes says nothing about the token. */
function guarded(token: string): MiddlewareHandler {
  return async (c, next) => {
    const given = /^Bearer +(\S+) *$/i.exec(c.req.header("Authorization") ?? "")?.[1];
    if (!(await timingSafeEqual(given ?? "", token))) {
      throw new Problem(
        "UNAUTHORIZED",
        given === undefined
          ? "this server wants a token: send the header Authorization: Bearer TOKEN"
          : "the token is wrong",
        { headers: { "WWW-Authenticate": "Bearer" } },
      );
    }
    await next();
  };
}

/** The problem document for what was thrown; the log gets what the client must not see. */
function report(error: unknown, requestId: string, { log }: EdgeParts) {
  const problem = problemOf(error);
  const { code, status } = problem;
  const stack = status === 500 && error instanceof Error ? String(error.stack) : undefined;
  const level = status >= 500 ? "error" : "warning";
  const detail = error instanceof Error ? error.message : String(error);
  log({ level, event: "problem", requestId, code, status, detail, ...(stack ? { stack } : {}) });
  return { problem, document: problem.document(requestId) };
}

/** There is no such path, or not with this method. */
function missing(path: string, method: string): Problem {
  const known = ROUTES.find((route) => route.path === path);
  if (!known) return new Problem("NOT_FOUND", `there is no ${path}; /openapi.json says what there is`);
  const Allow = known.method.toUpperCase();
  return new Problem("METHOD_NOT_ALLOWED", `${path} takes ${Allow}, not ${method}`, { headers: { Allow } });
}

function serveProblems(app: OpenAPIHono<App>, parts: EdgeParts): void {
  const answer = (error: unknown, requestId: string) => {
    const { problem, document } = report(error, requestId, parts);
    const headers = { ...problem.headers, "Content-Type": "application/problem+json" };
    return new Response(JSON.stringify(document), { status: problem.status, headers });
  };
  app.onError((error, c) => answer(error, c.get("requestId")));
  app.notFound((c) => answer(missing(c.req.path, c.req.method), c.get("requestId")));
}

/** The HTTP service: stateless, nothing on disk, on any runtime with Request and Response. */
export function createApp(parts: EdgeParts, config: EdgeConfig): OpenAPIHono<App> {
  const { jobs, version } = parts;
  const app = new OpenAPIHono<App>();
  const gate = new Gate(config);
  app.use(tracked(parts));
  if (config.token !== undefined) app.use("/v1/*", guarded(config.token));
  serveProblems(app, parts);
  const post = <T>(kind: Kind<T>) =>
    app.post(`/v1/${kind.name}`, (c: Context<App>) => {
      const problem = (error: unknown) => report(error, c.get("requestId"), parts).document;
      const outlive = (work: Promise<void>) => c.env?.waitUntil?.(work);
      return answerCall(c, kind, { config, gate, problem, outlive });
    });
  post({ name: "quantize", work: (request, call) => jobs.quantize(request, call), answers: QUANTIZE });
  post({ name: "inspect", work: (request, call) => jobs.inspect(request, call), answers: INSPECT });
  post({ name: "infer", work: (request, call) => jobs.infer(request, call), answers: INFER });
  app.get("/v1/chips", (c) => c.json({ chips: listChips() }));
  app.get("/health", (c) => {
    const { working, waiting } = gate;
    return c.json({ status: "ok", version, inference: jobs.inference, working, waiting });
  });
  describeRoutes(app, { version, config });
  return app;
}
