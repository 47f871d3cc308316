import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import type { Env } from "hono";
import { ANSWERS } from "./answer-schemas.ts";
import type { EdgeConfig } from "./config.ts";
import { FORMS, type FormName } from "./forms.ts";

const binary = { schema: { type: "string", format: "binary" } } as const;
const events = {
  schema: { type: "string" },
} as const;

const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: ANSWERS.problem } },
});

const COMMON = {
  401: problem("A token is needed, or the one given is wrong"),
  500: problem("A mistake of the server"),
} as const;

const REFUSALS = {
  400: problem("The multipart body or the JSON of its options is malformed"),
  ...COMMON,
  413: problem("The body is too large"),
  415: problem("The body is no multipart/form-data"),
  422: problem("The model, the data or the options are wrong, or a limit is exceeded; code says which"),
  429: problem("The queue is full"),
  501: problem("This runtime can't do that; detail says why"),
  503: problem("The job took longer than the limit, or no turn came in time"),
} as const;

/** Binary forms of an answer, by media type. */
const BINARY: Readonly<Record<FormName, readonly string[]>> = {
  quantize: ["application/octet-stream", "multipart/mixed", "application/zip"],
  inspect: [],
  infer: ["application/zip", "application/octet-stream"],
};

const SUMMARIES: Readonly<Record<FormName, string>> = {
  quantize: "Quantize a model",
  inspect: "Look at a model before any calibration (doctor)",
  infer: "Run a float or quantized model",
};

function jobRoute(name: FormName) {
  const content = Object.fromEntries(BINARY[name].map((type) => [type, binary]));
  return createRoute({
    method: "post",
    path: `/v1/${name}`,
    summary: SUMMARIES[name],
    security: [{ bearer: [] }, {}],
    request: { body: { required: true, content: { "multipart/form-data": { schema: FORMS[name] } } } },
    responses: {
      200: {
        description:
          "By the Accept header. text/event-stream: events progress, log, and at the end result (the JSON answer) or problem",
        content: { ...content, "application/json": { schema: ANSWERS[name] }, "text/event-stream": events },
      },
      ...REFUSALS,
    },
  });
}

function infoRoute(path: "/v1/chips" | "/health", summary: string) {
  const name = path === "/health" ? "health" : "chips";
  return createRoute({
    method: "get",
    path,
    summary,
    ...(name === "chips" ? { security: [{ bearer: [] }, {}] } : {}),
    responses: {
      200: { description: "OK", content: { "application/json": { schema: ANSWERS[name] } } },
      ...(name === "chips" ? COMMON : {}),
    },
  });
}

/** Everything there is, as the OpenAPI document says it. */
export const ROUTES = [
  jobRoute("quantize"),
  jobRoute("inspect"),
  jobRoute("infer"),
  infoRoute("/v1/chips", "Chip families"),
  infoRoute("/health", "Whether the server is there"),
] as const;

/** Describes the routes to the app and serves the document. */
export function describeRoutes<E extends Env>(
  app: OpenAPIHono<E>,
  { version, config }: { readonly version: string; readonly config: EdgeConfig },
): void {
  for (const route of ROUTES) app.openAPIRegistry.registerPath(route);
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  app.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "Knight Quant",
      version,
      description: `Post-training quantization of ONNX models. Bodies up to ${config.maxBody} bytes, ${config.timeout} ms a request.`,
    },
  });
}
